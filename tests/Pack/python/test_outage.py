"""The façade is away: nothing is lost, nothing grows without bound, and the newest version of each workflow arrives."""

from __future__ import annotations

import json
import threading
import unittest
from pathlib import Path
from typing import Any

from aiohttp import web
from fake_facade import FUNCTION_KEY, KEY, problem
from pack_case import PackCase, eventually, graph
from prompt_server import load_part


class Outage(PackCase):
    @property
    def spool(self) -> Path:
        """Where publications wait."""
        return self.folder / "__comfyfunc" / "spool"

    def test_the_newest_of_each_workflow_arrives_once_the_facade_is_back(self) -> None:
        self.facade.down()
        comfy = self.comfy()
        for steps in range(1, 21):
            for name in ("one", "two", "three"):
                self.assertEqual(200, comfy.save(f"workflows/{name}.json", graph(name=name, steps=steps)).status)
        eventually(lambda: sorted(comfy.status()["pending"]) == ["one", "three", "two"])
        eventually(lambda: all(json.loads(f.read_text())["workflow"]["nodes"][0]["widgets_values"] == [20]
                               for f in self.spool.glob("*.json")))
        self.assertEqual(3, len(list(self.spool.glob("*.json"))))
        self.facade.up()
        eventually(lambda: comfy.status()["pending"] == [])
        for name in ("one", "two", "three"):
            self.assertEqual([graph(name=name, steps=20)], [put["workflow"] for put in self.facade.puts(name)])
        self.assertEqual([], list(self.spool.glob("*")))

    def test_what_waits_survives_a_restart(self) -> None:
        self.facade.down()
        comfy = self.comfy()
        comfy.save("workflows/txt2img.json", graph())
        eventually(lambda: list(self.spool.glob("*.json")))
        self.put_away(comfy)
        again = self.comfy()
        eventually(lambda: again.status()["pending"] == ["txt2img"])
        eventually(lambda: again.status()["workflows"]["txt2img"]["state"] == "pending")
        self.facade.up()
        eventually(lambda: again.status()["workflows"]["txt2img"]["state"] == "published")

    def test_pages_are_told_once_that_it_waits_and_once_how_it_ended(self) -> None:
        self.facade.down()
        comfy = self.comfy()
        comfy.save("workflows/txt2img.json", graph())
        eventually(lambda: comfy.events("comfyfunc.published"))
        self.facade.answer = lambda request, body: web.Response(status=502, text="bad gateway") if len(self.facade.puts("txt2img")) < 3 else None
        self.facade.up()
        eventually(lambda: len(comfy.events("comfyfunc.published")) == 2)
        self.assertEqual(["pending", "saved"], [event["outcome"] for event in comfy.events("comfyfunc.published")])

    def test_no_answer_but_one_of_the_facades_own_refuses(self) -> None:
        comfy = self.comfy()
        comfy.pack.publisher._backoff = _Always(0.0)
        answers = [
            web.Response(status=500, text="oops"), problem(503, "storage_unavailable", "Not now."), problem(507, "storage_unavailable", "Full."),
            problem(429, "rate_limited", "Slowly."), problem(409, "conflict", "Somebody else writes."),
            web.Response(status=302, headers={"Location": self.facade.url + "/elsewhere"}), web.Response(status=200, text="<h1>Welcome</h1>"),
            web.Response(status=400, text="Bad Request"), web.Response(status=413),
        ]
        left = list(answers)

        def answer(request: Any, body: Any) -> Any:
            return left.pop(0) if left and request.method == "PUT" else None

        self.facade.answer = answer
        comfy.save("workflows/txt2img.json", graph())
        eventually(lambda: self.facade.versions.get("txt2img"))
        self.assertEqual(len(answers) + 1, len(self.facade.puts("txt2img")))
        self.assertEqual([], self.facade.bodies("GET", "/elsewhere"))

    def test_a_key_that_is_not_taken_keeps_everything_and_is_the_problem(self) -> None:
        for status in (401, 403):
            with self.subTest(status):
                self.facade.answer = lambda request, body: problem(status, "forbidden", "Not with this key.")
                comfy = self.comfy()
                comfy.save("workflows/txt2img.json", graph(steps=status))
                eventually(lambda: self.facade.puts("txt2img"))
                eventually(lambda: "Not with this key." in (comfy.status()["problem"] or ""))
                eventually(lambda: (comfy.status()["pending"], comfy.status()["connected"]) == (["txt2img"], False))
                self.facade.answer = lambda request, body: None
                comfy.pack.worker.schedule(comfy.pack.publisher.wake)
                eventually(lambda: comfy.status()["pending"] == [])
                self.put_away(comfy)
                self.facade.requests.clear()

    def test_another_key_sends_what_waits_at_once(self) -> None:
        comfy = self.comfy(environment={"COMFYFUNC_KEY": ""})
        comfy.save("workflows/txt2img.json", graph())
        eventually(lambda: self.facade.puts("txt2img"))
        self.assertEqual(200, comfy.ask("POST", "/comfyfunc/settings", {"key": KEY}).status)
        eventually(lambda: self.facade.versions.get("txt2img"))

    def test_what_waits_for_a_function_key_says_so_and_goes_out_once_there_is_one(self) -> None:
        self.facade.is_on_azure = True
        comfy = self.comfy()
        comfy.save("workflows/txt2img.json", graph())
        eventually(lambda: comfy.status()["pending"] == ["txt2img"] and "function key" in (comfy.status()["problem"] or ""))
        self.assertFalse(comfy.status()["connected"])
        self.assertEqual(200, comfy.ask("POST", "/comfyfunc/settings", {"functionKey": FUNCTION_KEY}).status)
        eventually(lambda: self.facade.versions.get("txt2img"))
        eventually(lambda: (comfy.status()["pending"], comfy.status()["connected"], comfy.status()["problem"]) == ([], True, None))

    def test_a_file_that_cannot_be_read_is_set_aside_and_said(self) -> None:
        self.facade.down()
        comfy = self.comfy()
        comfy.save("workflows/good.json", graph(name="good"))
        eventually(lambda: list(self.spool.glob("*.json")))
        self.put_away(comfy)
        (self.spool / "torn.json").write_text('{"name":"torn","work')
        (self.spool / "odd.json").write_text('{"name":"odd"}')
        again = self.comfy()
        eventually(lambda: again.status()["pending"] == ["good"])
        eventually(lambda: "torn.json" in (again.status()["problem"] or ""))
        self.assertEqual(["odd.json.corrupt", "torn.json.corrupt"], sorted(f.name for f in self.spool.glob("*.corrupt")))
        self.facade.up()
        eventually(lambda: self.facade.versions.get("good"))

    def test_the_spool_is_bounded_and_what_has_no_room_is_refused_and_said(self) -> None:
        self.facade.down()
        comfy = self.comfy()
        comfy.pack._spool._most_files = 2
        for name in ("one", "two"):
            comfy.save(f"workflows/{name}.json", graph(name=name))
        eventually(lambda: len(comfy.status()["pending"]) == 2)
        comfy.save("workflows/three.json", graph(name="three"))
        eventually(lambda: comfy.status()["workflows"].get("three", {}).get("state") == "refused")
        self.assertEqual("spool_full", comfy.status()["workflows"]["three"]["problem"]["code"])
        eventually(lambda: "three" in (comfy.status()["problem"] or ""))
        # A newer version of what waits has room.
        comfy.save("workflows/two.json", graph(name="two", steps=30))
        self.facade.up()
        eventually(lambda: self.facade.puts("two"))
        self.assertEqual(graph(name="two", steps=30), self.facade.puts("two")[0]["workflow"])

    def test_the_spool_is_bounded_in_size(self) -> None:
        self.facade.down()
        comfy = self.comfy()
        comfy.pack._spool._most_bytes = 2000
        comfy.save("workflows/small.json", graph(name="small"))
        comfy.save("workflows/large.json", graph(name="large", note="x" * 2000))
        eventually(lambda: comfy.status()["workflows"].get("large", {}).get("state") == "refused")
        self.assertEqual(["small"], comfy.status()["pending"])

    def test_what_could_not_be_kept_is_never_called_pending(self) -> None:
        self.facade.down()
        comfy = self.comfy()
        comfy.pack._spool._most_files = 0
        for route in ("publish", "saved"):
            said = comfy.ask("POST", f"/comfyfunc/{route}", {"name": "txt2img", "workflow": graph()})
            self.assertEqual((507, "spool_full"), (said.status, said.body["code"]))

    def test_the_problem_of_an_outage_ends_with_it_whoever_ran_into_it(self) -> None:
        comfy = self.comfy()
        eventually(lambda: comfy.status()["connected"])
        self.facade.down()
        comfy.ask("POST", "/comfyfunc/publish", {"name": "txt2img", "workflow": graph(), "validateOnly": True})
        self.assertIn("cannot be reached", comfy.status()["problem"])
        self.facade.up()
        comfy.pack.worker.schedule(comfy.pack.heartbeat.wake)
        eventually(lambda: comfy.status()["connected"] and comfy.status()["problem"] is None)

    def test_a_key_that_only_hosts_may_use_stays_the_problem_while_heartbeats_go_well(self) -> None:
        self.facade.answer = lambda request, body: problem(403, "forbidden", "Authors only.") if request.method == "PUT" else None
        comfy = self.comfy()
        eventually(lambda: comfy.status()["connected"])
        comfy.pack.publisher._backoff = _Always(300.0)
        comfy.save("workflows/txt2img.json", graph())
        eventually(lambda: "Authors only." in (comfy.status()["problem"] or ""))
        beats = len(self.facade.bodies("POST", "/heartbeat"))
        for more in range(1, 6):
            comfy.pack.worker.schedule(comfy.pack.heartbeat.wake)
            eventually(lambda: len(self.facade.bodies("POST", "/heartbeat")) >= beats + more)
        self.assertEqual((False, ["txt2img"]), (comfy.status()["connected"], comfy.status()["pending"]))
        self.assertIn("Authors only.", comfy.status()["problem"])
        self.assertEqual(1, len(self.facade.puts("txt2img")), "a heartbeat that goes well is no reason to publish again")

    def test_a_full_disk_fails_no_save_and_is_said(self) -> None:
        comfy = self.comfy()

        def full(publication: Any) -> None:
            raise OSError(28, "No space left on device")

        comfy.pack._spool.put = full
        self.assertEqual(200, comfy.save("workflows/txt2img.json", graph()).status)
        eventually(lambda: "No space left on device" in (comfy.status()["problem"] or ""))

    def test_what_is_saved_while_an_older_version_is_on_its_way_is_sent_after_it(self) -> None:
        comfy = self.comfy()
        self.facade.hold()
        comfy.save("workflows/txt2img.json", graph(steps=1))
        eventually(lambda: self.facade.puts("txt2img"))
        comfy.save("workflows/txt2img.json", graph(steps=2))
        eventually(lambda: any(json.loads(f.read_text())["workflow"] == graph(steps=2) for f in self.spool.glob("*.json")),
                   "the newer version on disk while the older is on its way")
        self.facade.release()
        eventually(lambda: comfy.status()["pending"] == [] and len(self.facade.puts("txt2img")) == 2)
        self.assertEqual([graph(steps=1), graph(steps=2)], [put["workflow"] for put in self.facade.puts("txt2img")])

    def test_two_that_save_at_once_leave_one_of_both(self) -> None:
        comfy = self.comfy()
        threads = [threading.Thread(target=comfy.save, args=("workflows/txt2img.json", graph(steps=n))) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        eventually(lambda: self.facade.versions.get("txt2img") and comfy.status()["pending"] == [])
        on_disk = json.loads((self.folder / "default" / "workflows" / "txt2img.json").read_text())
        eventually(lambda: self.facade.puts("txt2img")[-1]["workflow"] == on_disk)


class Waits(unittest.TestCase):
    def test_they_grow_to_half_a_minute_and_vary(self) -> None:
        backoff = load_part("backoff")
        tries = backoff.Backoff(dice=lambda: 1.0)
        self.assertEqual([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0], [tries.next() for _ in range(8)])
        self.assertEqual(15.0, backoff.Backoff(dice=lambda: 0.0).next(asked=None) * 60)
        tries.reset()
        self.assertEqual(0.5, tries.next())

    def test_what_the_facade_asks_for_is_kept_to_and_never_longer_than_five_minutes(self) -> None:
        tries = load_part("backoff").Backoff(dice=lambda: 1.0)
        self.assertEqual([7.0, 300.0], [tries.next(asked=7.0), tries.next(asked=86400.0)])


class _Always:
    """Waits for as long each time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def next(self, asked: float | None = None) -> float:
        return self._seconds

    def reset(self) -> None:
        pass


if __name__ == "__main__":
    unittest.main()
