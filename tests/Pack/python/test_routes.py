"""The routes for the page: what they answer, and whom they refuse."""

from __future__ import annotations

import unittest
from typing import Any

from aiohttp import web
from fake_facade import KEY, problem
from pack_case import PAGE, PackCase, eventually, graph


class Guards(PackCase):
    def test_whoever_is_not_the_own_page_changes_nothing(self) -> None:
        comfy = self.comfy()
        own = f"http://127.0.0.1:{comfy.port}"
        json_only = {"Content-Type": "application/json"}
        for refused in (
            {}, json_only, {"ComfyFunc-Page": "1"}, {**PAGE, "Content-Type": "text/plain"}, {**PAGE, "ComfyFunc-Page": "yes"},
            {**PAGE, "Origin": "https://evil.example"}, {**PAGE, "Origin": "null"}, {**PAGE, "Origin": f"https://127.0.0.1:{comfy.port}"[:-1]},
            {**PAGE, "Sec-Fetch-Site": "cross-site"}, {**PAGE, "Sec-Fetch-Site": "same-site", "Origin": own},
            {**PAGE, "Host": "rebound.example", "Origin": "http://evil.example"},
        ):
            for path in ("/comfyfunc/settings", "/comfyfunc/publish", "/comfyfunc/saved", "/api/comfyfunc/settings"):
                with self.subTest(path, headers=refused):
                    self.assertEqual(403, comfy.ask("POST", path, {"slots": 9}, refused).status)
        self.assertEqual(2, comfy.status()["settings"]["slots"]["value"])
        for passed in (PAGE, {**PAGE, "Origin": own}, {**PAGE, "Origin": own, "Sec-Fetch-Site": "same-origin"},
                       {**PAGE, "Content-Type": "application/json; charset=utf-8"}):
            self.assertEqual(200, comfy.ask("POST", "/comfyfunc/settings", {"slots": 9}, passed).status)

    def test_a_foreign_page_does_not_read_the_status(self) -> None:
        comfy = self.comfy()
        said = comfy.ask("GET", "/comfyfunc/status", headers={"Host": "comfy.example", "Origin": "https://evil.example"})
        self.assertEqual(403, said.status)

    def test_a_page_behind_a_door_with_tls_is_the_own_one(self) -> None:
        comfy = self.comfy()
        headers = {**PAGE, "Host": "comfy.example", "Origin": "https://comfy.example"}
        self.assertEqual(200, comfy.ask("POST", "/comfyfunc/settings", {"slots": 9}, headers).status)


class Status(PackCase):
    def test_it_says_everything_that_the_page_shows(self) -> None:
        comfy = self.comfy()
        eventually(lambda: comfy.status()["hostState"] == "ready")
        status = comfy.status()
        self.assertEqual(
            ["connected", "facade", "hostId", "hostReason", "hostState", "pending", "problem", "settings", "version", "workflows"], sorted(status))
        self.assertEqual((True, self.facade.url, "gpu-1", None, [], {}),
                         tuple(status[m] for m in ("connected", "facade", "hostId", "problem", "pending", "workflows")))
        self.assertEqual({"value": "gpu-1", "source": "environment", "default": None}, status["settings"]["hostId"])
        self.assertEqual(11, len(status["settings"]))

    def test_pages_are_told_when_something_of_it_changes_and_only_then(self) -> None:
        comfy = self.comfy()
        eventually(lambda: any(s["hostState"] == "ready" for s in comfy.events("comfyfunc.status")))
        told = len(comfy.events("comfyfunc.status"))
        beats = len(self.facade.bodies("POST", "/heartbeat"))
        comfy.pack.worker.schedule(comfy.pack.heartbeat.wake)
        eventually(lambda: len(self.facade.bodies("POST", "/heartbeat")) > beats)
        comfy.save("workflows/txt2img.json", graph())
        eventually(lambda: any(s["workflows"].get("txt2img", {}).get("state") == "published" for s in comfy.events("comfyfunc.status")))
        documents = [str(s) for s in comfy.events("comfyfunc.status")[told - 1:]]
        self.assertEqual(len(documents), 1 + sum(a != b for a, b in zip(documents, documents[1:])))

    def test_the_url_is_the_workflows_own(self) -> None:
        comfy = self.comfy()
        comfy.ask("POST", "/comfyfunc/publish", {"name": "my poster", "workflow": graph(name=None)})
        self.assertEqual(f"{self.facade.url}/api/workflows/my%20poster", comfy.status()["workflows"]["my poster"]["url"])


class Settings(PackCase):
    def test_a_change_is_taken_and_used_at_once(self) -> None:
        comfy = self.comfy(environment={"COMFYFUNC_URL": "", "COMFYFUNC_KEY": ""})
        said = comfy.ask("POST", "/comfyfunc/settings", {"facadeUrl": self.facade.url + "/", "key": KEY, "labels": "gpu=h100"})
        self.assertEqual((200, self.facade.url), (said.status, said.body["facade"]))
        beat = eventually(lambda: self.facade.bodies("POST", "/heartbeat"))[0]
        self.assertEqual({"gpu": "h100"}, beat["labels"])

    def test_what_the_last_answer_said_counts_for_no_other_key(self) -> None:
        for name in ("key", "functionKey"):
            with self.subTest(name):
                comfy = self.comfy(environment={"COMFYFUNC_KEY": ""}, settings={"key": KEY})
                eventually(lambda: (comfy.status()["hostState"], comfy.status()["connected"]) == ("ready", True))
                self.facade.hold()
                said = comfy.ask("POST", "/comfyfunc/settings", {name: "another"})
                self.assertEqual((200, None, False), (said.status, said.body["hostState"], said.body["connected"]))
                self.facade.release()
                self.put_away(comfy)

    def test_faults_and_what_the_environment_holds(self) -> None:
        comfy = self.comfy()
        said = comfy.ask("POST", "/comfyfunc/settings", {"slots": 0, "labels": "x"})
        self.assertEqual((400, "invalid_request", ["/slots", "/labels"]),
                         (said.status, said.body["code"], [e["pointer"] for e in said.body["errors"]]))
        said = comfy.ask("POST", "/comfyfunc/settings", {"key": "other"})
        self.assertEqual((409, "conflict"), (said.status, said.body["code"]))
        for body in (b"[]", b"{", b""):
            self.assertEqual(400, comfy.ask("POST", "/comfyfunc/settings", body).status)


class Publishing(PackCase):
    def test_the_facades_answer_is_passed_on_as_it_is(self) -> None:
        comfy = self.comfy()
        body = {"name": "txt2img", "workflow": graph(), "prompt": {"1": {"class_type": "KSampler"}}, "file": "workflows/txt2img.json"}
        said = comfy.ask("POST", "/api/comfyfunc/publish", body)
        self.assertEqual((201, {"name": "txt2img", "version": 1}), (said.status, said.body))
        self.assertEqual({"KSampler", "SaveImage"}, set(self.facade.puts("txt2img")[0]["catalog"]))
        eventually(lambda: ("published", 1) == tuple(comfy.status()["workflows"]["txt2img"][m] for m in ("state", "version")))
        # From now on the workflow follows its file, marked or not.
        comfy.save("workflows/txt2img.json", graph(name=None, steps=50))
        eventually(lambda: len(self.facade.puts("txt2img")) == 2)

    def test_a_refusal_is_passed_on_and_nothing_waits(self) -> None:
        comfy = self.comfy()
        self.facade.answer = lambda request, body: problem(422, "invalid_workflow", "No.", errors=[{"pointer": "/prompt/3"}]) \
            if request.method == "PUT" else None
        said = comfy.ask("POST", "/comfyfunc/publish", {"name": "txt2img", "workflow": graph()})
        self.assertEqual((422, [{"pointer": "/prompt/3"}]), (said.status, said.body["errors"]))
        self.assertEqual("application/problem+json; charset=utf-8", said.headers["Content-Type"])
        self.assertEqual(([], "refused"), (comfy.status()["pending"], comfy.status()["workflows"]["txt2img"]["state"]))

    def test_only_checking_saves_nothing_and_spools_nothing(self) -> None:
        comfy = self.comfy()
        body = {"name": "txt2img", "workflow": graph(), "validateOnly": True}
        self.assertEqual(200, comfy.ask("POST", "/comfyfunc/publish", body).status)
        self.assertEqual(({}, [[]]), (comfy.status()["workflows"], list(self.facade.versions.values())))
        self.facade.down()
        said = comfy.ask("POST", "/comfyfunc/publish", body)
        self.assertEqual((503, "facade_unreachable"), (said.status, said.body["code"]))
        self.assertEqual([], comfy.status()["pending"])

    def test_while_the_facade_is_away_it_waits_and_the_outcome_is_told(self) -> None:
        self.facade.down()
        comfy = self.comfy()
        said = comfy.ask("POST", "/comfyfunc/publish", {"name": "txt2img", "workflow": graph()})
        self.assertEqual((202, "pending"), (said.status, said.body["state"]))
        self.facade.up()
        event = eventually(lambda: comfy.events("comfyfunc.published"))[0]
        self.assertEqual("saved", event["outcome"])

    def test_what_is_published_by_hand_takes_the_place_of_an_older_one_that_waits(self) -> None:
        self.facade.answer = lambda request, body: web.Response(status=502) if request.method == "PUT" else None
        comfy = self.comfy()
        comfy.save("workflows/txt2img.json", graph(steps=1))
        eventually(lambda: comfy.events("comfyfunc.published"))
        self.facade.answer = lambda request, body: None
        self.assertEqual(201, comfy.ask("POST", "/comfyfunc/publish", {"name": "txt2img", "workflow": graph(steps=2)}).status)
        self.assertEqual([], comfy.status()["pending"])
        self.assertEqual(graph(steps=2), self.facade.puts("txt2img")[-1]["workflow"])

    def test_a_wrong_key_is_the_facades_to_say(self) -> None:
        comfy = self.comfy(environment={"COMFYFUNC_KEY": "wrong"})
        said = comfy.ask("POST", "/comfyfunc/publish", {"name": "txt2img", "workflow": graph()})
        self.assertEqual((401, "unauthorized", []), (said.status, said.body["code"], comfy.status()["pending"]))

    def test_without_a_facade_it_says_where_to_set_one(self) -> None:
        comfy = self.comfy(environment={"COMFYFUNC_URL": ""})
        said = comfy.ask("POST", "/comfyfunc/publish", {"name": "txt2img", "workflow": graph()})
        self.assertEqual((503, True), (said.status, "settings" in said.body["detail"]))

    def test_every_fault_of_a_request_is_told(self) -> None:
        comfy = self.comfy()
        said = comfy.ask("POST", "/comfyfunc/publish", {"name": "/", "workflow": {}, "prompt": 1, "file": 2, "validateOnly": "x"})
        self.assertEqual((400, ["/name", "/workflow", "/prompt", "/file", "/validateOnly"]),
                         (said.status, [error["pointer"] for error in said.body["errors"]]))

    def test_an_answer_that_is_none_of_the_facades_is_not_passed_on(self) -> None:
        comfy = self.comfy()
        for answer in (lambda: web.Response(status=200, text="<h1>Hi</h1>"), lambda: web.Response(status=302, headers={"Location": "/x"})):
            self.facade.answer = lambda request, body, answer=answer: answer() if request.method == "PUT" else None
            said = comfy.ask("POST", "/comfyfunc/publish", {"name": "txt2img", "workflow": graph(), "validateOnly": True})
            self.assertEqual((503, "facade_unreachable"), (said.status, said.body["code"]))


class CatalogPart(PackCase):
    def test_classes_of_graph_prompt_subgraphs_and_groups_are_sent_and_no_other(self) -> None:
        comfy = self.comfy(catalog={name: {"name": name} for name in ("KSampler", "Inner", "Deep", "Grouped", "Only/Prompt", "Unused")})
        workflow = graph()
        workflow["nodes"].append({"id": 3, "type": "8d2f-subgraph"})
        workflow["definitions"] = {"subgraphs": [{"id": "8d2f-subgraph", "nodes": [{"type": "Inner"}],
                                                  "definitions": {"subgraphs": [{"nodes": [{"type": "Deep"}]}]}}]}
        workflow["extra"]["groupNodes"] = {"g": {"nodes": [{"type": "Grouped"}]}}
        comfy.ask("POST", "/comfyfunc/publish", {"name": "x", "workflow": workflow, "prompt": {"1": {"class_type": "Only/Prompt"}}})
        self.assertEqual({"KSampler", "Inner", "Deep", "Grouped", "Only/Prompt"}, set(self.facade.puts("x")[0]["catalog"]))

    def test_a_class_is_asked_for_once_in_a_while(self) -> None:
        comfy = self.comfy()
        for steps in range(4):
            comfy.ask("POST", "/comfyfunc/publish", {"name": "x", "workflow": graph(steps=steps)})
        self.assertEqual(["KSampler", "SaveImage"], sorted(comfy.asked))

    def test_without_a_catalog_it_is_sent_all_the_same(self) -> None:
        comfy = self.comfy(catalog={})
        self.assertEqual(201, comfy.ask("POST", "/comfyfunc/publish", {"name": "x", "workflow": graph()}).status)
        self.assertNotIn("catalog", self.facade.puts("x")[0])


if __name__ == "__main__":
    unittest.main()
