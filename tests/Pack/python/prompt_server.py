"""A server shaped like ComfyUI's PromptServer: its routes and their twins below /api, its middlewares, its files, its queue."""

from __future__ import annotations

import asyncio
import collections
import copy
import heapq
import importlib
import importlib.util
import os
import sys
import threading
import types
from pathlib import Path
from typing import Any, Awaitable, Callable
from urllib.parse import unquote, urlsplit

from aiohttp import WSMsgType, web

PACK = Path(__file__).resolve().parents[3] / "comfyui"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ExecutionStatus = collections.namedtuple("ExecutionStatus", ["status_str", "completed", "messages"])


@web.middleware
async def cache_control(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Stands where ComfyUI has its own."""
    response = await handler(request)
    if request.path.endswith((".js", ".css")):
        response.headers.setdefault("Cache-Control", "no-cache")
    return response


@web.middleware
async def origin_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses foreign pages on a loopback address, as ComfyUI does."""
    host, origin = request.headers.get("Host", ""), request.headers.get("Origin")
    if origin is not None and host.partition(":")[0] in ("127.0.0.1", "localhost") and urlsplit(origin).netloc != host:
        return web.Response(status=403)
    return web.Response() if request.method == "OPTIONS" else await handler(request)


class PromptQueue:
    """The queue of 0.3.64: `task_done` takes three arguments."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.mutex = threading.RLock()
        self.queue: list[Any] = []
        self.currently_running: dict[int, Any] = {}
        self.history: dict[str, Any] = {}
        self._task_counter = 0

    def put(self, item: Any) -> None:
        """Queues a prompt."""
        with self.mutex:
            heapq.heappush(self.queue, item)

    def get(self) -> Any:
        """Begins the next prompt."""
        with self.mutex:
            item = heapq.heappop(self.queue)
            item_id = self._task_counter
            self._task_counter += 1
            self.currently_running[item_id] = copy.copy(item)
            return item, item_id

    def task_done(self, item_id: int, history_result: Any, status: Any) -> None:
        """Ends a prompt: only now is it in the history."""
        self._end(item_id, history_result, status, lambda prompt: prompt)

    def _end(self, item_id: int, history_result: Any, status: Any, process: Callable[[Any], Any]) -> None:
        with self.mutex:
            prompt = process(self.currently_running.pop(item_id))
            self.history[prompt[1]] = {"prompt": prompt, "outputs": {}, "status": status and status._asdict(), **history_result}


class NewPromptQueue(PromptQueue):
    """The queue of 0.29: `task_done` takes one argument more."""

    def task_done(self, item_id: int, history_result: Any, status: Any, process_item: Any = None) -> None:  # type: ignore[override]
        self._end(item_id, history_result, status, process_item or (lambda prompt: prompt))


class UserManager:
    """Files of users, below /userdata."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / "default"

    def get_request_user_id(self, request: web.Request) -> str:
        """There is one user."""
        return "default"

    def add_routes(self, routes: web.RouteTableDef) -> None:
        """Adds them."""

        @routes.get("/userdata")
        async def listing(request: web.Request) -> web.Response:
            folder = self._path(request.query.get("dir", ""))
            if folder is None or not folder.is_dir():
                return web.Response(status=404)
            below = folder.rglob("*") if request.query.get("recurse") == "true" else folder.glob("*")
            infos = [info(file, folder) for file in sorted(below) if file.is_file()]
            full = request.query.get("full_info") == "true"
            return web.json_response(infos if full else [i["path"] for i in infos])

        @routes.get("/v2/userdata")
        async def listing_of_all(request: web.Request) -> web.Response:
            folder = self._path(request.query.get("path", ""))
            if folder is None or not folder.exists():
                return web.json_response([]) if not request.query.get("path") else web.Response(status=404)
            return web.json_response([
                {"name": file.name, "type": "directory", "path": file.relative_to(self._root).as_posix()} if file.is_dir()
                else {"name": file.name, "type": "file", **info(file, self._root)}
                for file in sorted(folder.rglob("*"))
            ])

        @routes.get("/userdata/{file}")
        async def read(request: web.Request) -> web.StreamResponse:
            path = self._path(request.match_info["file"])
            return web.FileResponse(path) if path is not None and path.is_file() else web.Response(status=404)

        @routes.post("/userdata/{file}")
        async def write(request: web.Request) -> web.Response:
            path = self._path(request.match_info["file"])
            if path is None:
                return web.Response(status=403)
            if request.query.get("overwrite") == "false" and path.exists():
                return web.Response(status=409, text="File already exists")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(await request.read())
            return web.json_response(self._told(request, path))

        @routes.delete("/userdata/{file}")
        async def delete(request: web.Request) -> web.Response:
            path = self._path(request.match_info["file"])
            if path is None or not path.exists():
                return web.Response(status=404)
            path.unlink()
            return web.Response(status=204)

        @routes.post("/userdata/{file}/move/{dest}")
        async def move(request: web.Request) -> web.Response:
            source, dest = self._path(request.match_info["file"]), self._path(request.match_info["dest"])
            if source is None or dest is None or not source.exists():
                return web.Response(status=404)
            if request.query.get("overwrite") == "false" and dest.exists():
                return web.Response(status=409, text="File already exists")
            dest.parent.mkdir(parents=True, exist_ok=True)
            os.replace(source, dest)
            return web.json_response(self._told(request, dest))

    def _told(self, request: web.Request, path: Path) -> Any:
        return info(path, self._root) if request.query.get("full_info") == "true" else path.relative_to(self._root).as_posix()

    def _path(self, file: str) -> Path | None:
        path = Path(os.path.abspath(self._root / unquote(file)))
        return path if path == self._root or self._root in path.parents else None


def info(path: Path, relative_to: Path) -> dict[str, Any]:
    """What ComfyUI says of a file."""
    stat = path.stat()
    return {"path": path.relative_to(relative_to).as_posix(), "size": stat.st_size, "modified": stat.st_mtime, "created": stat.st_ctime}


class PromptServer:
    """What packs know of ComfyUI's server."""

    instance: "PromptServer | None" = None

    def __init__(self, loop: asyncio.AbstractEventLoop, user_directory: Path, queue: type = PromptQueue) -> None:
        PromptServer.instance = self
        self.loop = loop
        self.user_manager = UserManager(user_directory)
        self.prompt_queue = queue(self)
        self.app = web.Application(client_max_size=100 * 1024 * 1024, middlewares=[cache_control, origin_only])
        self.routes = web.RouteTableDef()
        self.sockets: dict[str, web.WebSocketResponse] = {}
        self.on_prompt_handlers: list[Callable[[Any], Any]] = []
        self.sent: list[tuple[str, Any]] = []
        self._runner: web.AppRunner | None = None

    def add_on_prompt_handler(self, handler: Callable[[Any], Any]) -> None:
        """Called with each prompt before it is queued."""
        self.on_prompt_handlers.append(handler)

    def send_sync(self, event: str, data: Any, sid: str | None = None) -> None:
        """Sends an event to one page or to all, from any thread."""
        self.sent.append((event, data))
        self.loop.call_soon_threadsafe(lambda: self.loop.create_task(self._send({"type": event, "data": data}, sid)))

    async def _send(self, message: Any, sid: str | None) -> None:
        for name, socket in list(self.sockets.items()):
            if sid in (None, name):
                try:
                    await socket.send_json(message)
                except (ConnectionError, RuntimeError):
                    pass

    def add_routes(self) -> None:
        """Serves what ComfyUI and its packs have added, with the twins below /api. Called after packs are loaded."""
        self.user_manager.add_routes(self.routes)
        twins = web.RouteTableDef()
        for route in self.routes:
            if isinstance(route, web.RouteDef):
                twins.route(route.method, "/api" + route.path)(route.handler, **route.kwargs)
        self.app.add_routes(twins)
        self.app.add_routes(self.routes)
        if (PACK / "js").is_dir():
            self.app.add_routes([web.static("/extensions/comfyfunc", PACK / "js")])

    async def start(self, address: str, port: int) -> None:
        """Listens: from now on the app takes no more middlewares."""
        self._runner = web.AppRunner(self.app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, address, port)
        await site.start()
        self.address = address
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def stop(self) -> None:
        """Stops listening."""
        if self._runner is not None:
            await self._runner.cleanup()


async def page_socket(server: PromptServer, request: web.Request) -> web.WebSocketResponse:
    """What ComfyUI does with a page's socket, as far as packs see it."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    sid = request.query.get("clientId") or f"page-{id(socket)}"
    server.sockets[sid] = socket
    try:
        await socket.send_json({"type": "status", "data": {"status": {"exec_info": {"queue_remaining": 0}}, "sid": sid}})
        async for message in socket:
            if message.type == WSMsgType.ERROR:
                break
    finally:
        server.sockets.pop(sid, None)
    return socket


def install_modules(user_directory: Path, **others: types.ModuleType) -> None:
    """Puts the modules of ComfyUI that packs import where they find them."""
    server = types.ModuleType("server")
    server.PromptServer = PromptServer  # type: ignore[attr-defined]
    paths = types.ModuleType("folder_paths")
    paths.get_user_directory = lambda: str(user_directory)  # type: ignore[attr-defined]
    sys.modules.update({"server": server, "folder_paths": paths, **others})


_loads = 0


def load_pack(folder: Path = PACK) -> types.ModuleType:
    """Loads the pack as ComfyUI loads custom nodes: by its path, under a name that is made of the path."""
    global _loads
    _loads += 1
    name = f"{str(folder).replace('.', '_x_')}_{_loads}"
    spec = importlib.util.spec_from_file_location(name, folder / "__init__.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def load_part(name: str) -> types.ModuleType:
    """One module of the pack alone, without ComfyUI."""
    if str(PACK) not in sys.path:
        sys.path.insert(0, str(PACK))
    return importlib.import_module(f"comfyfunc_pack.{name}")
