"""Settings come from the environment, then from the page, then from nowhere; keys go to nobody but the façade."""

from __future__ import annotations

import json
import stat
import tempfile
import unittest
from pathlib import Path
from typing import Any

from aiohttp import web
from fake_facade import FUNCTION_KEY, KEY, FakeFacade
from pack_case import PackCase, eventually, graph
from prompt_server import load_part

settings = load_part("settings")


class Reading(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "settings.json"

    def settings(self, **environment: str) -> Any:
        """Settings of an environment."""
        return settings.Settings(self.path, environment)

    def refused(self, **wanted: Any) -> list[str]:
        """What is wrong with a change: the settings, in their order."""
        with self.assertRaises(settings.Unacceptable) as raised:
            self.settings().change(wanted)
        return [fault.setting for fault in raised.exception.faults]

    def test_the_environment_wins_over_the_page_and_the_page_over_the_default(self) -> None:
        both = self.settings(COMFYFUNC_SLOTS="4")
        self.assertEqual((4, "environment"), (both.at("slots").value, both.at("slots").source))
        self.assertEqual((30, "default"), (both.at("heartbeatSeconds").value, both.at("heartbeatSeconds").source))
        both.change({"heartbeatSeconds": 60})
        again = self.settings(COMFYFUNC_HEARTBEAT="10")
        self.assertEqual((10, "environment"), (again.at("heartbeatSeconds").value, again.at("heartbeatSeconds").source))
        self.assertEqual((60, "settings"), (self.settings().at("heartbeatSeconds").value, self.settings().at("heartbeatSeconds").source))

    def test_what_the_environment_holds_cannot_be_changed(self) -> None:
        held = self.settings(COMFYFUNC_SLOTS="4", COMFYFUNC_KEY="k")
        with self.assertRaises(settings.HeldByEnvironment) as raised:
            held.change({"slots": 5, "key": "other", "labels": "a=b"})
        self.assertEqual(["slots", "key"], [fault.setting for fault in raised.exception.faults])
        self.assertEqual("", held.value("labels"))

    def test_every_fault_is_told_at_once_and_nothing_is_taken(self) -> None:
        self.assertEqual(
            ["nonsense", "facadeUrl", "slots", "autoPublish", "labels", "register", "hostId", "key", "functionKey"],
            self.refused(nonsense=1, facadeUrl="ftp://x", slots=65, autoPublish="maybe", labels="gpu", register="perhaps",
                         hostId="../x", key="two words", functionKey="two\nlines", heartbeatSeconds=5))
        self.assertFalse(self.path.exists())

    def test_values_at_the_edge(self) -> None:
        for name, good, bad in (
            ("heartbeatSeconds", (5, 600, "30", 30.0), (4, 601, 5.5, "x", True, float("inf"), [], "9" * 5000)),
            ("slots", (1, 64), (0, 65, -1)),
            ("facadeUrl", ("http://x", "https://x:8443/base/", "http://[::1]:7071"),
             ("x", "http://", "http://u:p@x", "http://x?a=b", "http://x#f", "http://x:99999", "http://x y", "http://[::1", 5)),
            ("labels", ("gpu=h100,zone=eu", "", " a = b , "), ("a", "a=", "=b", "a=b,a=c", 5)),
            ("register", (True, "no", "1"), ("maybe", 1, [])),
            ("functionKey", ("a-zA_09==", "~" * 512), ("a b", "a\r\nb", "ü", "k" * 513, 5, [])),
            ("hostId", ("gpu-1", "über box"), ("-x", "x" * 101, "a/b", "a\n", 7)),
        ):
            for value in good:
                with self.subTest(name, good=value):
                    self.settings().change({name: value})
            for value in bad:
                with self.subTest(name, bad=value):
                    self.assertEqual([name], self.refused(**{name: value}))

    def test_nothing_gives_a_setting_its_default_back(self) -> None:
        names = ("slots", "key", "functionKey")
        self.settings().change({"slots": 5, "key": "k", "functionKey": "f"})
        self.assertEqual([5, "k", "f"], [self.settings().value(name) for name in names])
        self.settings().change({"slots": None, "key": "", "functionKey": None})
        self.assertEqual([2, None, None], [self.settings().value(name) for name in names])

    def test_the_file_is_for_its_owner_alone(self) -> None:
        # What a crash left, of a time when everybody could read it.
        left = self.path.with_name(".settings.json.new")
        left.touch()
        left.chmod(0o644)
        self.settings().change({"key": "k"})
        self.assertEqual(0o600, stat.S_IMODE(self.path.stat().st_mode))

    def test_a_file_that_cannot_be_read_is_set_aside_and_said(self) -> None:
        self.path.write_text("{")
        broken = self.settings()
        self.assertEqual(2, broken.value("slots"))
        self.assertIn("set aside", broken.faults[0].detail)
        self.assertTrue(self.path.with_name("settings.json.corrupt").exists())

    def test_an_environment_that_is_wrong_is_said_and_left_out(self) -> None:
        wrong = self.settings(COMFYFUNC_SLOTS="many", COMFYFUNC_URL="nowhere")
        self.assertEqual((2, None), (wrong.value("slots"), wrong.value("facadeUrl")))
        self.assertEqual(["COMFYFUNC_URL", "COMFYFUNC_SLOTS"], [fault.detail.split()[0] for fault in wrong.faults])

    def test_keys_are_forgotten_when_the_server_is_another(self) -> None:
        kept = self.settings()

        def keys() -> tuple[Any, Any]:
            return kept.value("key"), kept.value("functionKey")

        kept.change({"facadeUrl": "http://one.example", "key": "k", "functionKey": "f"})
        kept.change({"facadeUrl": "https://one.example:8443"})
        self.assertEqual(("k", "f"), keys())
        kept.change({"facadeUrl": "https://evil.example"})
        self.assertEqual((None, None), keys())
        kept.change({"key": "k", "functionKey": "f"})
        kept.change({"facadeUrl": "https://two.example", "key": "k2"})
        self.assertEqual(("k2", None), keys())
        kept.change({"facadeUrl": "https://three.example", "functionKey": "f3"})
        self.assertEqual((None, "f3"), keys())
        kept.change({"facadeUrl": None})
        self.assertEqual((None, None), keys())


class Secrecy(PackCase):
    def test_keys_are_in_no_answer_no_event_no_log_and_no_file_but_one(self) -> None:
        keys = {"key": "s3cret-" + KEY, "functionKey": "s3cret-" + FUNCTION_KEY}
        comfy = self.comfy(environment={"COMFYFUNC_KEY": ""}, settings=keys)
        answers = [
            comfy.ask("GET", "/comfyfunc/status"), comfy.ask("POST", "/comfyfunc/settings", {"slots": 3}),
            comfy.ask("POST", "/comfyfunc/settings", {**keys, "slots": "x"}),
            comfy.ask("POST", "/comfyfunc/settings", {name: value + " " for name, value in keys.items()}),
            comfy.ask("POST", "/comfyfunc/publish", {"name": "txt2img", "workflow": graph()}),
            comfy.save("workflows/txt2img.json", graph(steps=3)),
        ]
        eventually(lambda: comfy.events("comfyfunc.published"))
        comfy.run_prompt("a")
        self.facade.down()
        comfy.run_prompt("b")
        comfy.pack.worker.schedule(comfy.pack.heartbeat.wake)
        eventually(lambda: "cannot be reached" in (comfy.status()["problem"] or ""))
        said = "".join(answer.text + str(answer.headers) for answer in answers) + json.dumps(comfy.server.sent) + "\n".join(self.log)
        said += repr(comfy.pack.door) + json.dumps(comfy.status()) + str(comfy.asked_with)
        self.assertTrue(comfy.asked_with)
        for name, secret in keys.items():
            with self.subTest(name):
                self.assertNotIn(secret, said)
                self.assertEqual({"value": None, "isSet": True, "source": "settings", "default": None}, comfy.status()["settings"][name])
                holders = [f.name for f in self.folder.rglob("*") if f.is_file() and secret in f.read_text()]
                self.assertEqual(["settings.json"], holders)
        self.assertEqual({(f"Bearer {keys['key']}", keys["functionKey"])},
                         {(headers.get("Authorization"), headers.get("x-functions-key")) for *_, headers in self.facade.requests})

    def test_what_the_environment_says_of_keys_goes_with_every_request_and_is_not_told(self) -> None:
        self.facade.is_on_azure = True
        comfy = self.comfy(environment={"COMFYFUNC_FUNCTION_KEY": FUNCTION_KEY}, settings={"functionKey": "another"})
        eventually(lambda: comfy.status()["connected"])
        self.assertEqual(201, comfy.ask("POST", "/comfyfunc/publish", {"name": "txt2img", "workflow": graph()}).status)
        comfy.run_prompt("a")
        eventually(lambda: self.facade.events)
        self.assertEqual({FUNCTION_KEY}, {headers.get("x-functions-key") for *_, headers in self.facade.requests})
        shown = comfy.status()["settings"]["functionKey"]
        self.assertEqual({"value": None, "isSet": True, "source": "environment", "default": None}, shown)
        self.assertEqual(409, comfy.ask("POST", "/comfyfunc/settings", {"functionKey": "other"}).status)

    def test_without_a_key_no_header_is_sent(self) -> None:
        self.comfy(environment={"COMFYFUNC_KEY": ""})
        eventually(lambda: self.facade.requests)
        self.assertEqual([], [name for *_, headers in self.facade.requests for name in headers
                              if name.lower() in ("authorization", "x-functions-key")])

    def test_no_key_follows_where_an_answer_leads(self) -> None:
        elsewhere = FakeFacade()
        self.addCleanup(elsewhere.close)
        self.facade.answer = lambda request, body: web.Response(status=307, headers={"Location": elsewhere.url + request.path})
        comfy = self.comfy(environment={"COMFYFUNC_FUNCTION_KEY": FUNCTION_KEY})
        self.assertEqual(503, comfy.ask("POST", "/comfyfunc/publish", {"name": "a", "workflow": graph(), "validateOnly": True}).status)
        eventually(lambda: "leads elsewhere" in (comfy.status()["problem"] or ""))
        comfy.run_prompt("a")
        eventually(lambda: self.facade.bodies("POST", "/events"))
        comfy.pack.worker.schedule(comfy.pack.heartbeat.wake)
        count = len(self.facade.bodies("POST", "/heartbeat"))
        eventually(lambda: len(self.facade.bodies("POST", "/heartbeat")) > count)
        self.assertEqual([], elsewhere.requests)

    def test_the_settings_file_is_out_of_reach_of_userdata(self) -> None:
        from pack_case import call

        comfy = self.comfy(settings={"slots": 3})
        for path in ("..%2F__comfyfunc%2Fsettings.json", "__comfyfunc%2Fsettings.json", "%252e%252e%2F__comfyfunc%2Fsettings.json"):
            self.assertEqual(404, call(comfy.port, "GET", f"/userdata/{path}").status)


if __name__ == "__main__":
    unittest.main()
