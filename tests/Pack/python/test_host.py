"""The host looks after itself: it registers, says how it is, and says goodbye."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import types
import unittest
from pathlib import Path
from typing import Any

from fake_facade import FUNCTION_KEY, KEY, problem
from pack_case import PackCase, eventually
from prompt_server import load_part

HERE = Path(__file__).resolve().parent


def comfy_modules(models: dict[str, list[str]], user_directory: Path) -> dict[str, types.ModuleType]:
    """ComfyUI's modules, as far as they are counted."""
    paths, nodes, management = (types.ModuleType(n) for n in ("folder_paths", "nodes", "comfy.model_management"))
    paths.get_user_directory = lambda: str(user_directory)  # type: ignore[attr-defined]
    paths.folder_names_and_paths = {folder: () for folder in (*models, "custom_nodes", "gone")}  # type: ignore[attr-defined]
    paths.get_filename_list = lambda folder: models[folder]  # type: ignore[attr-defined]
    nodes.NODE_CLASS_MAPPINGS = {"KSampler": object}  # type: ignore[attr-defined]
    management.get_torch_device = lambda: "cuda:0"  # type: ignore[attr-defined]
    management.get_total_memory = lambda device: 80 * 2**30  # type: ignore[attr-defined]
    management.get_free_memory = lambda device: 70 * 2**30  # type: ignore[attr-defined]
    return {"folder_paths": paths, "nodes": nodes, "comfy.model_management": management}


class Heartbeats(PackCase):
    def beats(self, count: int = 1) -> list[Any]:
        """What was said so far, once it is as many."""
        eventually(lambda: len(self.facade.bodies("POST", "/heartbeat")) >= count, f"{count} heartbeats")
        return self.facade.bodies("POST", "/heartbeat")

    def last(self) -> Any:
        """What was said last, if anything was."""
        return (self.facade.bodies("POST", "/heartbeat") or [{}])[-1]

    def test_it_says_where_it_is_and_how(self) -> None:
        models = {"checkpoints": ["a.safetensors", "b.safetensors"], "loras": []}
        comfy = self.comfy(modules=comfy_modules(models, self.folder),
                           environment={"COMFYFUNC_LABELS": "gpu=h100, zone=eu", "COMFYFUNC_SLOTS": "3", "COMFYFUNC_SYNC": "false"})
        comfy.server.prompt_queue.put((0, "a", {}, {}, []))
        eventually(lambda: self.last().get("models"))
        comfy.pack.worker.schedule(comfy.pack.heartbeat.wake)
        eventually(lambda: self.last()["queue"] == {"running": 0, "pending": 1})
        beat = self.last()
        self.assertEqual((f"http://127.0.0.1:{comfy.port}", 3, {"gpu": "h100", "zone": "eu"}, False),
                         (beat["url"], beat["slots"], beat["labels"], beat["sync"]))
        self.assertEqual({"checkpoints": 2, "loras": 0}, beat["models"])
        self.assertEqual({"total": 80 * 2**30, "free": 70 * 2**30}, beat["vram"])
        self.assertEqual(64, len(beat["catalogHash"]))
        self.assertEqual(comfy.status()["version"], beat["pack"]["version"])
        del sys.modules["comfy.model_management"]

    def test_a_comfyui_that_says_little_is_a_host_too(self) -> None:
        comfy = self.comfy()
        del comfy.server.prompt_queue
        comfy.pack.worker.schedule(comfy.pack.heartbeat.wake)
        beat = self.beats(2)[-1]
        self.assertEqual({"url", "slots", "sync", "pack"}, set(beat))

    def test_a_model_that_comes_is_told_at_once(self) -> None:
        models = {"checkpoints": ["a.safetensors"]}
        comfy = self.comfy(modules=comfy_modules(models, self.folder), environment={"COMFYFUNC_HEARTBEAT": "600"})
        before = eventually(lambda: self.last().get("catalogHash"))
        models["checkpoints"].append("b.safetensors")
        asyncio.run_coroutine_threadsafe(comfy.pack.heartbeat.look(), comfy.pack.worker.loop).result(60)
        eventually(lambda: self.last()["catalogHash"] != before)
        self.assertEqual(2, self.last()["models"]["checkpoints"])
        del sys.modules["comfy.model_management"]

    def test_the_answer_is_what_pages_see(self) -> None:
        self.facade.answer = lambda request, body: problem(409, "conflict", "http://127.0.0.1:1 is host gpu-7 already.") \
            if request.path.endswith("heartbeat") else None
        comfy = self.comfy()
        eventually(lambda: "gpu-7" in (comfy.status()["problem"] or ""))
        self.facade.answer = lambda request, body: None
        comfy.pack.worker.schedule(comfy.pack.heartbeat.wake)
        eventually(lambda: comfy.status()["hostState"] == "ready" and comfy.status()["problem"] is None)

    def test_one_that_is_not_to_register_only_looks_whether_the_facade_is_there(self) -> None:
        comfy = self.comfy(environment={"COMFYFUNC_REGISTER": "no"})
        eventually(lambda: comfy.status()["connected"])
        self.assertEqual([], self.facade.bodies("POST", "/heartbeat"))

    def test_an_address_that_is_given_is_used(self) -> None:
        self.comfy(environment={"COMFYFUNC_ADDRESS": "https://pod.example/comfy/"})
        self.assertEqual("https://pod.example/comfy", self.beats()[0]["url"])

    def test_a_name_that_nobody_gave_is_the_machines_with_the_port(self) -> None:
        comfy = self.comfy(environment={"COMFYFUNC_HOST_ID": ""})
        self.assertTrue(comfy.status()["hostId"].endswith(f"-{comfy.port}"))
        self.assertTrue(load_part("names").is_safe(comfy.status()["hostId"]))

    def test_one_that_only_this_machine_reaches_is_not_registered_with_another(self) -> None:
        heartbeat = load_part("heartbeat")
        comfy = self.comfy()
        self.beats()
        count = len(self.facade.bodies("POST", "/heartbeat"))
        module = sys.modules[type(comfy.pack.heartbeat).__module__]
        module.local_address_towards = lambda url: "10.0.0.7"
        comfy.pack.worker.schedule(comfy.pack.heartbeat.wake)
        eventually(lambda: "--listen" in (comfy.status()["problem"] or ""))
        self.assertEqual(count, len(self.facade.bodies("POST", "/heartbeat")))
        self.assertEqual("127.0.0.1", heartbeat.local_address_towards("http://127.0.0.1:7071"))


class Names(unittest.TestCase):
    def test_the_facades_rule(self) -> None:
        names = load_part("names")
        for good in ("a", "txt2img", "My poster.v2", "ünïcode-名前", "x" * 100):
            self.assertTrue(names.is_safe(good), good)
        for bad in ("", " a", "a ", "-a", "a.", "a/b", "a\\b", "..", "x" * 101, "a\n", "a\u0000", None, 7, "a:b"):
            self.assertFalse(names.is_safe(bad), repr(bad))


class Goodbyes(PackCase):
    def leave(self, how: str) -> subprocess.CompletedProcess[str]:
        """Runs a ComfyUI of its own until it ends in this way."""
        script = textwrap.dedent(f"""
            import asyncio, os, signal, sys, threading
            sys.path.insert(0, {str(HERE)!r})
            import prompt_server
            from pathlib import Path
            user = Path({str(self.folder)!r})
            prompt_server.install_modules(user)

            async def main():
                server = prompt_server.PromptServer(asyncio.get_running_loop(), user)
                module = prompt_server.load_pack()
                server.add_routes()
                await server.start("127.0.0.1", 0)
                while not module.pack.heartbeat.is_known and {how!r} != "stranger":
                    await asyncio.sleep(0.01)
                print("known", flush=True)
                if {how!r} == "signal":
                    os.kill(os.getpid(), signal.SIGTERM)
                    await asyncio.sleep(30)
                if {how!r} == "interrupt":
                    os.kill(os.getpid(), signal.SIGINT)
                    await asyncio.sleep(30)
                if {how!r} in ("shutdown", "shutdown and end"):
                    await server.stop()
                if {how!r} == "shutdown":
                    os._exit(0)

            asyncio.run(main())
        """)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COMFYFUNC_")}
        environment.update({"COMFYFUNC_URL": self.facade.url, "COMFYFUNC_KEY": KEY, "COMFYFUNC_FUNCTION_KEY": FUNCTION_KEY,
                            "COMFYFUNC_HOST_ID": "gpu-1"})
        return subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60)

    def leavings(self) -> list[Any]:
        """The goodbyes that came."""
        return [event for event in self.facade.events if event["type"] == "leaving"]

    def test_it_is_said_on_every_way_out_and_once(self) -> None:
        self.facade.is_on_azure = True
        for how, code in (("end", 0), ("interrupt", None), ("shutdown", 0), ("shutdown and end", 0), ("signal", -signal.SIGTERM)):
            with self.subTest(how):
                self.facade.events.clear()
                ended = self.leave(how)
                self.assertIn("known", ended.stdout, ended.stderr)
                self.assertEqual(1, len(self.leavings()), ended.stderr)
                if code is not None:
                    self.assertEqual(code, ended.returncode, ended.stderr)

    def test_a_facade_that_hangs_holds_nobody_up(self) -> None:
        self.facade.answer = lambda request, body: self.facade.hold() if request.path.endswith("/heartbeat") else None
        self.assertEqual(0, self.leave("end").returncode)

    def test_who_never_came_does_not_leave(self) -> None:
        self.facade.down()
        self.leave("stranger")
        self.facade.up()
        self.assertEqual([], self.leavings())


if __name__ == "__main__":
    unittest.main()
