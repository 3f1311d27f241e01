"""What tests of the pack share: a ComfyUI with the pack in it, a façade, and someone who saves workflows."""

from __future__ import annotations

import http.client
import json
import logging
import os
import sys
import tempfile
import time
import types
import unittest
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable
from urllib.parse import quote

import prompt_server
from aiohttp import web
from fake_facade import KEY, Background, FakeFacade
from prompt_server import ExecutionStatus, PromptQueue, PromptServer

PAGE = {"Content-Type": "application/json", "ComfyFunc-Page": "1"}


@dataclass(frozen=True)
class Said:
    """An answer."""

    status: int
    body: Any
    text: str
    headers: dict[str, str]


def call(port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Said:
    """Asks a server on this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, content, headers or {})
        response = connection.getresponse()
        text = response.read().decode()
        try:
            return Said(response.status, json.loads(text), text, dict(response.getheaders()))
        except ValueError:
            return Said(response.status, None, text, dict(response.getheaders()))
    finally:
        connection.close()


def graph(name: str | None = "txt2img", steps: int = 20, **members: Any) -> dict[str, Any]:
    """A graph as ComfyUI saves it, marked where it has a name."""
    extra: dict[str, Any] = {"ds": {"scale": 1, "offset": [steps, 0]}}
    if name is not None:
        extra["comfyfunc"] = {"name": name}
    nodes = [{"id": 1, "type": "KSampler", "widgets_values": [steps]}, {"id": 2, "type": "SaveImage"}]
    return {"version": 0.4, "nodes": nodes, "links": [], "extra": extra, **members}


def eventually(condition: Callable[[], Any], what: str = "it", seconds: float = 60.0) -> Any:
    """What nobody tells is waited for, with a deadline."""
    ends = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > ends:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(0.01)
    return result


class Comfy:
    """One ComfyUI process, as far as the pack can see: it may be stopped and started again over the same files."""

    def __init__(self, folder: Path, queue: type = PromptQueue, modules: dict[str, types.ModuleType] | None = None,
                 settings: dict[str, Any] | None = None, environment: dict[str, str] | None = None,
                 before: Callable[[PromptServer], None] = lambda server: None, catalog: dict[str, Any] | None = None) -> None:
        self.folder = folder
        self.catalog = {"KSampler": {"name": "KSampler"}, "SaveImage": {"name": "SaveImage"}} if catalog is None else catalog
        self.asked: list[str] = []
        self.asked_with: list[dict[str, str]] = []
        if settings is not None:
            (folder / "__comfyfunc").mkdir(parents=True, exist_ok=True)
            (folder / "__comfyfunc" / "settings.json").write_text(json.dumps(settings))
        for name in [n for n in sys.modules if n == "comfy_api" or n.startswith("comfy_api.") or n == "nodes"]:
            del sys.modules[name]
        prompt_server.install_modules(folder, **(modules or {}))
        kept = {k: os.environ.pop(k) for k in list(os.environ) if k.startswith("COMFYFUNC_")}
        os.environ.update(environment or {})
        try:
            self.background = Background()
            self.server = PromptServer(self.background.loop, folder, queue)
            before(self.server)
            self.module = prompt_server.load_pack()
        finally:
            for name in environment or {}:
                os.environ.pop(name, None)
            os.environ.update(kept)
        self._add_own_routes()
        self.server.add_routes()
        self.background.run(self.server.start("127.0.0.1", 0))
        self.port = self.server.port

    @property
    def pack(self) -> Any:
        """The running pack."""
        return self.module.pack

    def _add_own_routes(self) -> None:
        @self.server.routes.get("/ws")
        async def socket(request: web.Request) -> web.WebSocketResponse:
            return await prompt_server.page_socket(self.server, request)

        @self.server.routes.get("/object_info/{node_class}")
        async def object_info(request: web.Request) -> web.Response:
            name = request.match_info["node_class"]
            self.asked.append(name)
            self.asked_with.append(dict(request.headers))
            return web.json_response({name: self.catalog[name]} if name in self.catalog else {})

    def save(self, file: str, content: Any, headers: dict[str, str] | None = None, prefix: str = "") -> Said:
        """Saves a file as ComfyUI's page does."""
        return call(self.port, "POST", f"{prefix}/userdata/{quote(file, safe='')}?overwrite=true&full_info=true", content, headers)

    def move(self, file: str, to: str, headers: dict[str, str] | None = None) -> Said:
        """Renames a file."""
        return call(self.port, "POST", f"/api/userdata/{quote(file, safe='')}/move/{quote(to, safe='')}", b"", headers)

    def delete(self, file: str) -> Said:
        """Deletes a file."""
        return call(self.port, "DELETE", f"/userdata/{quote(file, safe='')}")

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Said:
        """Asks a route of the pack, as its page does."""
        return call(self.port, method, path, body, PAGE if headers is None else headers)

    def status(self) -> Any:
        """The status document."""
        return self.ask("GET", "/comfyfunc/status").body

    def events(self, kind: str) -> list[Any]:
        """What the pages were told."""
        return [data for event, data in list(self.server.sent) if event == kind]

    def run_prompt(self, prompt_id: str, status: str = "success", messages: tuple[Any, ...] = (), **named: Any) -> None:
        """Executes a prompt as ComfyUI's worker thread does."""
        self.server.prompt_queue.put((0, prompt_id, {}, {}, []))
        _, item_id = self.server.prompt_queue.get()
        self.server.prompt_queue.task_done(
            item_id, {"outputs": {}}, status=ExecutionStatus(status, status == "success", list(messages)), **named)

    def stop(self) -> None:
        """Dies: nothing is said to anybody."""
        if self.pack is not None:
            self.pack.stop()
        self.background.run(self.server.stop())
        self.background.stop()


class PackCase(unittest.TestCase):
    """A test with a façade, and with ComfyUIs that are put away afterwards."""

    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = Path(self._folder.name)
        self.facade = FakeFacade()
        self.addCleanup(self.facade.close)
        self._running: list[Comfy] = []
        self.log = self.enterLog()

    def enterLog(self) -> list[str]:
        """Everything that is logged, whoever logs it."""
        lines: list[str] = []

        class Keeper(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                lines.append(self.format(record))

        keeper = Keeper()
        root = logging.getLogger()
        level = root.level
        root.addHandler(keeper)
        root.setLevel(logging.DEBUG)
        self.addCleanup(root.setLevel, level)
        self.addCleanup(root.removeHandler, keeper)
        return lines

    def comfy(self, **options: Any) -> Comfy:
        """Starts a ComfyUI whose pack knows the façade."""
        environment = {"COMFYFUNC_URL": self.facade.url, "COMFYFUNC_KEY": KEY, "COMFYFUNC_HOST_ID": "gpu-1",
                       **options.pop("environment", {})}
        started = Comfy(self.folder, environment={k: v for k, v in environment.items() if v}, **options)
        self._running.append(started)
        self.addCleanup(self.put_away, started)
        return started

    def put_away(self, comfy: Comfy) -> None:
        """Stops one, once."""
        if comfy in self._running:
            self._running.remove(comfy)
            comfy.stop()

    def open_page(self, comfy: Comfy) -> None:
        """Opens a page with the pack: it asks for the status, and has a socket."""
        import aiohttp

        comfy.status()
        started = Background()
        session = started.run(_session(aiohttp))
        socket = started.run(_connect(session, comfy.port))
        self.addCleanup(started.stop)
        self.addCleanup(lambda: started.run(_close(session, socket)))
        eventually(lambda: comfy.server.sockets, "the page's socket")


async def _session(aiohttp: Any) -> Any:
    return aiohttp.ClientSession()


async def _connect(session: Any, port: int) -> Any:
    return await session.ws_connect(f"http://127.0.0.1:{port}/ws?clientId=page")


async def _close(session: Any, socket: Any) -> None:
    await socket.close()
    await session.close()
