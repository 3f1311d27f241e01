"""Settings come from the environment, then from the page, then from nowhere; the key goes to nobody but the façade."""

from __future__ import annotations

import json
import stat
import tempfile
import unittest
from pathlib import Path
from typing import Any

from fake_facade import KEY
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
            ["nonsense", "facadeUrl", "slots", "autoPublish", "labels", "register", "hostId", "key"],
            self.refused(nonsense=1, facadeUrl="ftp://x", slots=65, autoPublish="maybe", labels="gpu", register="perhaps",
                         hostId="../x", key="two words", heartbeatSeconds=5))
        self.assertFalse(self.path.exists())

    def test_values_at_the_edge(self) -> None:
        for name, good, bad in (
            ("heartbeatSeconds", (5, 600, "30", 30.0), (4, 601, 5.5, "x", True, float("inf"), [], "9" * 5000)),
            ("slots", (1, 64), (0, 65, -1)),
            ("facadeUrl", ("http://x", "https://x:8443/base/", "http://[::1]:7071"),
             ("x", "http://", "http://u:p@x", "http://x?a=b", "http://x#f", "http://x:99999", "http://x y", "http://[::1", 5)),
            ("labels", ("gpu=h100,zone=eu", "", " a = b , "), ("a", "a=", "=b", "a=b,a=c", 5)),
            ("register", (True, "no", "1"), ("maybe", 1, [])),
            ("hostId", ("gpu-1", "über box"), ("-x", "x" * 101, "a/b", "a\n", 7)),
        ):
            for value in good:
                with self.subTest(name, good=value):
                    self.settings().change({name: value})
            for value in bad:
                with self.subTest(name, bad=value):
                    self.assertEqual([name], self.refused(**{name: value}))

    def test_nothing_gives_a_setting_its_default_back(self) -> None:
        self.settings().change({"slots": 5, "key": "k"})
        self.settings().change({"slots": None, "key": ""})
        self.assertEqual((2, None), (self.settings().value("slots"), self.settings().value("key")))

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

    def test_the_key_is_forgotten_when_the_server_is_another(self) -> None:
        kept = self.settings()
        kept.change({"facadeUrl": "http://one.example", "key": "k"})
        kept.change({"facadeUrl": "https://one.example:8443"})
        self.assertEqual("k", kept.value("key"))
        kept.change({"facadeUrl": "https://evil.example"})
        self.assertIsNone(kept.value("key"))
        kept.change({"facadeUrl": "https://two.example", "key": "k2"})
        self.assertEqual("k2", kept.value("key"))


class Secrecy(PackCase):
    def test_the_key_is_in_no_answer_no_event_no_log_and_no_file_but_one(self) -> None:
        secret = "s3cret-" + KEY
        comfy = self.comfy(environment={"COMFYFUNC_KEY": ""}, settings={"key": secret})
        answers = [
            comfy.ask("GET", "/comfyfunc/status"), comfy.ask("POST", "/comfyfunc/settings", {"slots": 3}),
            comfy.ask("POST", "/comfyfunc/settings", {"key": secret, "slots": "x"}), comfy.ask("POST", "/comfyfunc/settings", {"key": secret + " "}),
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
        said += repr(comfy.pack.door) + json.dumps(comfy.status())
        self.assertNotIn(secret, said)
        self.assertEqual({"value": None, "isSet": True, "source": "settings", "default": None}, comfy.status()["settings"]["key"])
        holders = [f.name for f in self.folder.rglob("*") if f.is_file() and secret in f.read_text()]
        self.assertEqual(["settings.json"], holders)
        self.assertEqual({f"Bearer {secret}"}, {headers.get("Authorization") for *_, headers in self.facade.requests})

    def test_the_settings_file_is_out_of_reach_of_userdata(self) -> None:
        from pack_case import call

        comfy = self.comfy(settings={"slots": 3})
        for path in ("..%2F__comfyfunc%2Fsettings.json", "__comfyfunc%2Fsettings.json", "%252e%252e%2F__comfyfunc%2Fsettings.json"):
            self.assertEqual(404, call(comfy.port, "GET", f"/userdata/{path}").status)


if __name__ == "__main__":
    unittest.main()
