"""Saving a workflow in ComfyUI publishes it, and nothing that goes wrong there is ComfyUI's business."""

from __future__ import annotations

import json
import sys
import unittest
from typing import Any

from aiohttp import web
from pack_case import Comfy, PackCase, eventually, graph
from fake_facade import problem

FILE = "workflows/txt2img.json"


class Saving(PackCase):
    def test_a_marked_workflow_that_is_saved_is_published_with_the_classes_it_uses(self) -> None:
        comfy = self.comfy()
        self.assertEqual(200, comfy.save(FILE, graph()).status)
        eventually(lambda: self.facade.puts("txt2img"))
        put = self.facade.puts("txt2img")[0]
        self.assertEqual(graph(), put["workflow"])
        self.assertEqual({"KSampler", "SaveImage"}, set(put["catalog"]))
        self.assertNotIn("prompt", put)
        event = eventually(lambda: comfy.events("comfyfunc.published"))[0]
        self.assertEqual(("txt2img", FILE, "saved", 1), (event["name"], event["file"], event["outcome"], event["version"]))
        self.assertEqual({"name": "txt2img", "version": 1}, event["answer"])

    def test_the_path_below_api_is_the_same(self) -> None:
        comfy = self.comfy()
        comfy.save(FILE, graph(), prefix="/api")
        eventually(lambda: self.facade.puts("txt2img"))

    def test_what_comfyui_answers_is_not_changed(self) -> None:
        comfy = self.comfy()
        body = comfy.save(FILE, graph()).body
        self.assertEqual({"path", "size", "modified", "created"}, set(body))
        self.assertEqual(json.dumps(graph()).encode(), (self.folder / "default" / FILE).read_bytes())

    def test_workflows_that_nobody_published_and_other_files_are_not_sent(self) -> None:
        comfy = self.comfy()
        comfy.save(FILE, graph(name=None))
        comfy.save("templates/txt2img.json", graph())
        comfy.save("workflows/notes.txt", graph())
        comfy.save("workflows/broken.json", b'{"extra":{"comfyfunc":')
        comfy.save("workflows/bad-name.json", graph(name="../../etc"))
        comfy.save("workflows/last.json", graph(name="last"))
        eventually(lambda: self.facade.puts("last"))
        self.assertEqual(1, len(self.facade.bodies("PUT", "/api/workflows")))

    def test_a_save_that_comfyui_refused_is_not_sent(self) -> None:
        comfy = self.comfy()
        comfy.save(FILE, graph())
        eventually(lambda: self.facade.puts("txt2img"))
        from pack_case import call

        self.assertEqual(409, call(comfy.port, "POST", "/userdata/workflows%2Ftxt2img.json?overwrite=false", graph(steps=9)).status)
        comfy.save("workflows/last.json", graph(name="last"))
        eventually(lambda: self.facade.puts("last"))
        self.assertEqual(1, len(self.facade.puts("txt2img")))

    def test_what_the_facade_itself_writes_into_the_list_is_no_save(self) -> None:
        comfy = self.comfy()
        own = {"ComfyFunc-Sync": "3"}
        comfy.save("workflows/ComfyFunc/txt2img.json", graph(), headers=own)
        comfy.save("workflows/last.json", graph(name="last"))
        eventually(lambda: self.facade.puts("last"))
        self.assertEqual([], self.facade.puts("txt2img"))

    def test_an_authors_edit_of_a_file_that_the_facade_wrote_is_a_save(self) -> None:
        comfy = self.comfy()
        marked = graph()
        marked["extra"]["comfyfunc"] = {"name": "txt2img", "version": 3, "hash": "abc"}
        comfy.save("workflows/ComfyFunc/txt2img.json", marked)
        eventually(lambda: self.facade.puts("txt2img"))

    def test_a_file_that_was_renamed_goes_on_under_its_name(self) -> None:
        comfy = self.comfy()
        comfy.save(FILE, graph())
        eventually(lambda: self.facade.puts("txt2img"))
        self.assertEqual(200, comfy.move(FILE, "workflows/poster.json").status)
        comfy.save("workflows/poster.json", graph(name=None, steps=30))
        eventually(lambda: len(self.facade.puts("txt2img")) == 2)
        # The old path is nobody's any more.
        comfy.save(FILE, graph(name=None, steps=40))
        comfy.save("workflows/last.json", graph(name="last"))
        eventually(lambda: self.facade.puts("last"))
        self.assertEqual(2, len(self.facade.puts("txt2img")))

    def test_a_file_that_is_moved_over_a_published_one_is_not_that_workflow(self) -> None:
        comfy = self.comfy()
        comfy.save(FILE, graph())
        eventually(lambda: self.facade.puts("txt2img"))
        comfy.save("workflows/other.json", graph(name=None))
        comfy.move("workflows/other.json", FILE)
        comfy.save(FILE, graph(name=None, steps=30))
        comfy.save("workflows/last.json", graph(name="last"))
        eventually(lambda: self.facade.puts("last"))
        self.assertEqual(1, len(self.facade.puts("txt2img")))

    def test_a_move_by_the_facade_changes_no_name(self) -> None:
        comfy = self.comfy()
        comfy.save(FILE, graph())
        eventually(lambda: self.facade.puts("txt2img"))
        comfy.move(FILE, "workflows/aside.json", headers={"ComfyFunc-Sync": "3"})
        comfy.save(FILE, graph(name=None, steps=30))
        eventually(lambda: len(self.facade.puts("txt2img")) == 2)

    def test_a_deleted_file_gives_its_name_up_and_the_workflow_stays(self) -> None:
        comfy = self.comfy()
        comfy.save(FILE, graph())
        eventually(lambda: self.facade.puts("txt2img"))
        self.assertEqual(204, comfy.delete(FILE).status)
        comfy.save(FILE, graph(name=None, steps=30))
        comfy.save("workflows/last.json", graph(name="last"))
        eventually(lambda: self.facade.puts("last"))
        self.assertEqual(1, len(self.facade.puts("txt2img")))
        self.assertEqual([], self.facade.bodies("DELETE", "/"))

    def test_which_file_follows_which_name_survives_a_restart(self) -> None:
        comfy = self.comfy()
        comfy.save(FILE, graph())
        eventually(lambda: comfy.status()["workflows"].get("txt2img", {}).get("state") == "published")
        self.put_away(comfy)
        again = self.comfy()
        self.assertEqual(1, again.status()["workflows"]["txt2img"]["version"])
        again.save(FILE, graph(name=None, steps=30))
        eventually(lambda: len(self.facade.puts("txt2img")) == 2)

    def test_nothing_is_sent_where_authors_want_to_be_asked_or_nothing_at_all(self) -> None:
        for wish in ("ask", "off"):
            with self.subTest(wish):
                comfy = self.comfy(environment={"COMFYFUNC_AUTO_PUBLISH": wish})
                comfy.save(FILE, graph())
                eventually(lambda: self.facade.bodies("POST", "heartbeat"))
                self.assertEqual([], comfy.status()["pending"])
                self.put_away(comfy)
        self.assertEqual([], self.facade.puts("txt2img"))

    def test_without_a_facade_nothing_is_kept(self) -> None:
        comfy = self.comfy(environment={"COMFYFUNC_URL": ""})
        comfy.save(FILE, graph())
        status = comfy.status()
        self.assertEqual((None, [], {}), (status["facade"], status["pending"], status["workflows"]))

    def test_a_save_is_answered_while_the_facade_hangs(self) -> None:
        comfy = self.comfy()
        self.facade.hold()
        self.assertEqual(200, comfy.save(FILE, graph()).status)
        eventually(lambda: self.facade.puts("txt2img"))
        self.assertEqual(200, comfy.save(FILE, graph(steps=30)).status)
        self.facade.release()
        eventually(lambda: len(self.facade.puts("txt2img")) == 2)
        eventually(lambda: comfy.status()["workflows"]["txt2img"]["state"] == "published")
        self.assertEqual(graph(steps=30), self.facade.puts("txt2img")[-1]["workflow"])

    def test_a_defect_of_the_pack_fails_no_save(self) -> None:
        comfy = self.comfy()
        comfy.pack.worker.hand_over = None
        self.assertEqual(200, comfy.save(FILE, graph()).status)
        self.assertTrue(any("could not be noted" in line for line in self.log))

    def test_a_refused_workflow_leaves_the_spool_and_its_state_says_why(self) -> None:
        comfy = self.comfy()
        self.facade.answer = lambda request, body: problem(
            422, "invalid_workflow", "No class Foo.", errors=[{"pointer": "/workflow/nodes/0", "detail": "No class Foo."}]) \
            if request.method == "PUT" else None
        comfy.save(FILE, graph())
        event = eventually(lambda: comfy.events("comfyfunc.published"))[0]
        self.assertEqual(("refused", None), (event["outcome"], event["answer"]))
        self.assertEqual("No class Foo.", event["problem"]["detail"])
        status = comfy.status()
        self.assertEqual([], status["pending"])
        self.assertEqual("refused", status["workflows"]["txt2img"]["state"])
        self.assertEqual("/workflow/nodes/0", status["workflows"]["txt2img"]["problem"]["errors"][0]["pointer"])
        self.assertEqual([], list((self.folder / "__comfyfunc" / "spool").glob("*.json")))

    def test_a_proxys_404_refuses_nothing(self) -> None:
        comfy = self.comfy()
        self.facade.answer = lambda request, body: web.Response(status=404, text="<h1>nginx</h1>") if request.method == "PUT" else None
        comfy.save(FILE, graph())
        eventually(lambda: comfy.events("comfyfunc.published"))
        self.assertEqual(["txt2img"], comfy.status()["pending"])
        self.facade.answer = lambda request, body: None
        eventually(lambda: self.facade.versions.get("txt2img"))


class Copies(PackCase):
    def saved_as(self) -> Any:
        """A published workflow, and a copy of it that still has the marker."""
        comfy = self.comfy()
        comfy.save(FILE, graph())
        eventually(lambda: self.facade.puts("txt2img"))
        comfy.save("workflows/experiment.json", graph(steps=99))
        event = eventually(lambda: [e for e in comfy.events("comfyfunc.published") if e["outcome"] == "refused"])[0]
        self.assertEqual(("workflows/experiment.json", "conflict"), (event["file"], event["problem"]["code"]))
        self.assertIn(FILE, event["problem"]["detail"])
        return comfy

    def test_a_copy_does_not_take_the_place_of_what_it_is_a_copy_of(self) -> None:
        comfy = self.saved_as()
        said = comfy.ask("POST", "/comfyfunc/saved", {"name": "txt2img", "file": "workflows/experiment.json", "workflow": graph(steps=99)})
        self.assertEqual((409, "conflict"), (said.status, said.body["code"]))
        comfy.save(FILE, graph(steps=30))
        eventually(lambda: len(self.facade.puts("txt2img")) == 2)
        self.assertEqual([graph(), graph(steps=30)], [put["workflow"] for put in self.facade.puts("txt2img")])
        eventually(lambda: comfy.status()["workflows"]["txt2img"]["state"] == "published")

    def test_a_copy_that_is_published_by_hand_is_followed_from_then_on_and_the_other_is_not(self) -> None:
        comfy = self.saved_as()
        comfy.ask("POST", "/comfyfunc/publish", {"name": "txt2img", "file": "workflows/experiment.json", "workflow": graph(steps=99)})
        comfy.save("workflows/experiment.json", graph(steps=100))
        eventually(lambda: self.facade.puts("txt2img")[-1]["workflow"] == graph(steps=100))
        comfy.save(FILE, graph(steps=1))
        eventually(lambda: [e for e in comfy.events("comfyfunc.published") if e["outcome"] == "refused" and e["file"] == FILE])

    def test_a_copy_whose_original_is_gone_is_the_workflow(self) -> None:
        comfy = self.saved_as()
        (self.folder / "default" / FILE).unlink()
        comfy.save("workflows/experiment.json", graph(steps=100))
        eventually(lambda: self.facade.puts("txt2img")[-1]["workflow"] == graph(steps=100))

    def test_the_files_that_the_facade_wrote_are_the_workflow_itself(self) -> None:
        comfy = self.comfy()
        comfy.save(FILE, graph())
        eventually(lambda: self.facade.puts("txt2img"))
        comfy.save("workflows/ComfyFunc/txt2img.json", graph(steps=30))
        eventually(lambda: len(self.facade.puts("txt2img")) == 2)
        comfy.save(FILE, graph(steps=40))
        eventually(lambda: len(self.facade.puts("txt2img")) == 3)


class PageCopies(PackCase):
    def patient(self) -> Comfy:
        """A ComfyUI that waits for the page's copy, and knows it again, however long a busy machine takes."""
        comfy = self.comfy()
        module = sys.modules[type(comfy.pack.publisher).__module__]
        module.PAGE_SECONDS = module.TOGETHER_SECONDS = 3600.0
        return comfy

    def test_the_pages_copy_takes_the_place_of_the_saved_one_and_one_version_results(self) -> None:
        comfy = self.patient()
        self.open_page(comfy)
        comfy.save(FILE, graph())
        moved_view = graph()
        moved_view["extra"]["ds"] = {"scale": 3}
        said = comfy.ask("POST", "/comfyfunc/saved", {"name": "txt2img", "file": FILE, "workflow": moved_view, "prompt": {"1": {}}})
        self.assertEqual((202, "pending"), (said.status, said.body["state"]))
        eventually(lambda: comfy.events("comfyfunc.published"))
        self.assertEqual([{"1": {}}], [put.get("prompt") for put in self.facade.puts("txt2img")])

    def test_the_saved_copy_that_comes_after_the_pages_one_is_not_sent(self) -> None:
        comfy = self.patient()
        moved_view = graph()
        moved_view["extra"] = {"ds": {"scale": 3}, "comfyfunc": {"name": "txt2img", "version": 7}}
        comfy.ask("POST", "/comfyfunc/saved", {"name": "txt2img", "file": FILE, "workflow": moved_view, "prompt": {"1": {}}})
        # While the page's copy waits or is on its way, and once it has arrived.
        for last in ("first", "second"):
            comfy.save(FILE, graph())
            comfy.save(f"workflows/{last}.json", graph(name=last))
            eventually(lambda: self.facade.puts(last))
            eventually(lambda: comfy.status()["pending"] == [])
        self.assertEqual([{"1": {}}], [put.get("prompt") for put in self.facade.puts("txt2img")])

    def test_without_the_pages_copy_the_saved_one_is_sent(self) -> None:
        comfy = self.comfy()
        self.open_page(comfy)
        comfy.save(FILE, graph())
        eventually(lambda: self.facade.puts("txt2img"))

    def test_other_content_of_the_same_moment_is_sent(self) -> None:
        comfy = self.comfy()
        comfy.ask("POST", "/comfyfunc/saved", {"name": "txt2img", "file": FILE, "workflow": graph(), "prompt": {"1": {}}})
        comfy.save(FILE, graph(steps=30))
        eventually(lambda: self.facade.puts("txt2img") and self.facade.puts("txt2img")[-1]["workflow"] == graph(steps=30))

    def test_nothing_is_taken_where_saved_workflows_are_not_published(self) -> None:
        comfy = self.comfy(environment={"COMFYFUNC_AUTO_PUBLISH": "off"})
        said = comfy.ask("POST", "/comfyfunc/saved", {"name": "txt2img", "file": FILE, "workflow": graph(), "prompt": {}})
        self.assertEqual(409, said.status)


if __name__ == "__main__":
    unittest.main()
