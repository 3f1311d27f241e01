"""The façade hears of each prompt that ends, once its history is written, in both generations of ComfyUI's hooks."""

from __future__ import annotations

import types
import unittest
from importlib import import_module
from typing import Any

import fake_lifecycle
from fake_facade import problem
from pack_case import Comfy, PackCase, eventually
from prompt_server import ExecutionStatus, NewPromptQueue, PromptQueue

INTERRUPTED = (("execution_start", {}), ("execution_interrupted", {"prompt_id": "x"}))


class Ends(PackCase):
    def known(self, **options: Any) -> Comfy:
        """A ComfyUI that the façade knows."""
        comfy = self.comfy(**options)
        eventually(lambda: "gpu-1" in self.facade.hosts)
        return comfy

    def ended(self, count: int) -> list[tuple[str, str]]:
        """The ends that the façade has heard of, in their order."""
        eventually(lambda: len(self.facade.events) >= count, f"{count} ends")
        return [(event["promptId"], event["status"]) for event in self.facade.events]


class TaskDone(Ends):
    def test_both_signatures_fit(self) -> None:
        for queue, named in ((PromptQueue, {}), (NewPromptQueue, {"process_item": lambda prompt: prompt[:5]})):
            with self.subTest(queue.__name__):
                self.facade.events.clear()
                comfy = self.known(queue=queue)
                self.assertEqual("task_done", comfy.pack.ends_by)
                comfy.run_prompt("a", **named)
                comfy.run_prompt("b", status="error", messages=(("execution_error", {}),), **named)
                comfy.run_prompt("c", status="error", messages=INTERRUPTED, **named)
                self.assertEqual([("a", "success"), ("b", "error"), ("c", "interrupted")], self.ended(3))
                self.assertEqual({"a", "b", "c"}, set(comfy.server.prompt_queue.history))
                self.put_away(comfy)

    def test_arguments_may_be_given_by_name_or_by_place(self) -> None:
        comfy = self.known(queue=NewPromptQueue)
        for number, how in enumerate(("place", "name")):
            comfy.server.prompt_queue.put((number, how, {}, {}, []))
            _, item_id = comfy.server.prompt_queue.get()
            status = ExecutionStatus("success", True, [])
            if how == "place":
                comfy.server.prompt_queue.task_done(item_id, {}, status, None)
            else:
                comfy.server.prompt_queue.task_done(item_id=item_id, history_result={}, status=status)
        self.assertEqual([("place", "success"), ("name", "success")], self.ended(2))

    def test_an_end_is_told_only_once_the_history_is_written(self) -> None:
        comfy = self.known()
        seen: list[bool] = []
        task_done = import_module(f"{comfy.module.__name__}.comfyfunc_pack.task_done")
        queue = PromptQueue(None)
        task_done.install(queue, lambda prompt_id, status: seen.append(prompt_id in queue.history))
        queue.put((0, "a", {}, {}, []))
        queue.task_done(queue.get()[1], {}, status=None)
        self.assertEqual([True], seen)

    def test_wrappers_of_others_before_and_after_are_called(self) -> None:
        called: list[str] = []

        def wrap(owner: Any, name: str) -> None:
            original = owner.task_done

            def wrapped(*arguments: Any, **named: Any) -> Any:
                called.append(name)
                return original(*arguments, **named)

            owner.task_done = wrapped

        class OwnQueue(PromptQueue):
            pass

        comfy = self.known(queue=OwnQueue, before=lambda server: wrap(server.prompt_queue, "before"))
        wrap(comfy.server.prompt_queue, "after")
        comfy.run_prompt("a")
        self.assertEqual([("a", "success")], self.ended(1))
        self.assertEqual(["after", "before"], called)

    def test_a_wrapper_of_the_class_that_comes_later_is_called(self) -> None:
        called: list[str] = []

        class OwnQueue(PromptQueue):
            pass

        comfy = self.known(queue=OwnQueue)
        original = OwnQueue.task_done

        def wrapped(queue: Any, *arguments: Any, **named: Any) -> Any:
            called.append("class")
            return original(queue, *arguments, **named)

        OwnQueue.task_done = wrapped  # type: ignore[method-assign]
        comfy.run_prompt("a")
        self.assertEqual([("a", "success")], self.ended(1))
        self.assertEqual(["class"], called)

    def test_what_task_done_raises_is_raised_and_nothing_is_told(self) -> None:
        comfy = self.known()
        with self.assertRaises(KeyError):
            comfy.server.prompt_queue.task_done(99, {}, status=None)
        comfy.run_prompt("a")
        self.assertEqual([("a", "success")], self.ended(1))

    def test_a_defect_of_the_pack_ends_no_worker_thread(self) -> None:
        comfy = self.known()

        def defect(prompt_id: str, status: str) -> None:
            raise RuntimeError("defect")

        queue = PromptQueue(None)
        import_module(f"{comfy.module.__name__}.comfyfunc_pack.task_done").install(queue, defect)
        queue.put((0, "a", {}, {}, []))
        queue.task_done(queue.get()[1], {}, status=None)
        self.assertIn("a", queue.history)


class Lifecycles(Ends):
    def test_events_are_used_where_comfyui_has_them_and_task_done_is_left_alone(self) -> None:
        lifecycle = fake_lifecycle.Lifecycle()
        comfy = self.known(queue=NewPromptQueue, modules=lifecycle.modules())
        self.assertEqual("lifecycle", comfy.pack.ends_by)
        self.assertNotIn("task_done", vars(comfy.server.prompt_queue))
        for prompt_id, status, messages in (("a", "success", []), ("b", "error", []), ("c", "error", INTERRUPTED)):
            lifecycle.emit(prompt_id, ExecutionStatus(status, status == "success", messages))
        self.assertEqual([("a", "success"), ("b", "error"), ("c", "interrupted")], self.ended(3))

    def test_a_lifecycle_that_takes_nobody_any_more_is_made_up_for(self) -> None:
        comfy = self.known(modules=fake_lifecycle.Lifecycle(refuses=True).modules())
        self.assertEqual("task_done", comfy.pack.ends_by)
        comfy.run_prompt("a")
        self.assertEqual([("a", "success")], self.ended(1))

    def test_a_comfy_api_without_lifecycles_is_one_of_before(self) -> None:
        api, latest = types.ModuleType("comfy_api"), types.ModuleType("comfy_api.latest")
        comfy = self.known(modules={"comfy_api": api, "comfy_api.latest": latest})
        self.assertEqual("task_done", comfy.pack.ends_by)


class AtLeastOnce(Ends):
    def test_what_ended_while_the_facade_was_away_is_told_when_it_is_back(self) -> None:
        comfy = self.known()
        self.facade.down()
        for number in range(1500):
            comfy.run_prompt(f"p{number}")
        self.facade.up()
        self.assertEqual([(f"p{number}", "success") for number in range(1500)], self.ended(1500))
        self.assertLessEqual(max(len(body["events"]) for body in self.facade.bodies("POST", "/events")), 1000)
        eventually(lambda: len(comfy.pack.ends) == 0)

    def test_an_answer_that_is_lost_makes_the_same_event_come_again(self) -> None:
        comfy = self.known()
        lost = [True]

        def answer(request: Any, body: Any) -> Any:
            if lost and request.path.endswith("/events"):
                lost.pop()
                return problem(503, "storage_unavailable", "Not now.")
            return None

        self.facade.answer = answer
        comfy.run_prompt("a")
        self.assertEqual([("a", "success")], self.ended(1))
        ids = {event["id"] for body in self.facade.bodies("POST", "/events") for event in body["events"]}
        self.assertEqual((1, 2), (len(ids), len(self.facade.bodies("POST", "/events"))))

    def test_a_facade_that_forgot_the_host_hears_a_heartbeat_and_then_the_end(self) -> None:
        comfy = self.known()
        self.facade.hosts.clear()
        comfy.run_prompt("a")
        self.assertEqual([("a", "success")], self.ended(1))
        self.assertIn("gpu-1", self.facade.hosts)

    def test_the_queue_is_bounded_and_says_once_what_it_dropped(self) -> None:
        comfy = self.known()
        comfy.pack.ends._most = 100
        self.facade.down()
        for number in range(1000):
            comfy.run_prompt(f"p{number}")
        eventually(lambda: (len(comfy.pack.ends), comfy.pack.ends.dropped) == (100, 900))
        self.facade.up()
        self.assertEqual(("p900", "success"), self.ended(100)[0])
        self.assertEqual(1, sum("oldest are dropped" in line for line in self.log))

    def test_an_event_that_the_facade_does_not_take_holds_up_no_other(self) -> None:
        comfy = self.known()

        def answer(request: Any, body: Any) -> Any:
            bad = request.path.endswith("/events") and any(event.get("promptId") == "bad" for event in body["events"])
            return problem(400, "invalid_request", "promptId") if bad else None

        self.facade.hold()
        self.facade.answer = answer
        for prompt_id in ("a", "b", "bad", "c"):
            comfy.run_prompt(prompt_id)
        self.facade.release()
        self.assertEqual([("a", "success"), ("b", "success"), ("c", "success")], self.ended(3))

    def test_a_host_that_is_not_to_register_is_not_told_of_where_nobody_knows_it(self) -> None:
        comfy = self.comfy(environment={"COMFYFUNC_REGISTER": "false"})
        comfy.run_prompt("a")
        eventually(lambda: self.facade.bodies("POST", "/events"))
        eventually(lambda: len(comfy.pack.ends) == 0)
        self.assertEqual([], self.facade.bodies("POST", "/heartbeat"))


if __name__ == "__main__":
    unittest.main()
