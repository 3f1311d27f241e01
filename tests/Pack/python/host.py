"""A ComfyUI for acceptance tests: this server has the pack and the files, and a ComfySim behind it does everything else.

python3 host.py --port 8190 --comfy http://127.0.0.1:8188 --user DIR [--lifecycle] [--deny-socket]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import threading
import types
from pathlib import Path
from typing import Any

import aiohttp
import fake_lifecycle
import prompt_server
from aiohttp import web
from yarl import URL
from prompt_server import ExecutionStatus, NewPromptQueue, PromptServer

# Those of the connection, not of what is sent over it; and the origin, which was checked here.
HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "host", "content-length", "origin", "te", "trailer"}
# How often it is asked whether a prompt has ended: an end is to be known at once.
LOOK_SECONDS = 0.005


class Behind:
    """The ComfySim behind: what is passed on to it, and which of its prompts have not ended."""

    def __init__(self, server: PromptServer, url: str, lifecycle: Any, deny_socket: bool) -> None:
        self._server = server
        self._url = url.rstrip("/")
        self._lifecycle = lifecycle
        self._deny_socket = deny_socket
        self._session: aiohttp.ClientSession | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._looks = 1

    async def start(self, _: web.Application) -> None:
        """Opens connections."""
        timeout = aiohttp.ClientTimeout(total=None)
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(timeout=timeout, auto_decompress=False, connector=connector)

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        """Answers as ComfySim does."""
        if request.path in ("/ws", "/api/ws"):
            return web.Response(status=403) if self._deny_socket else await self._socket(request)
        assert self._session is not None
        body = await request.read()
        if request.path in ("/prompt", "/api/prompt") and request.method == "POST":
            body = self._handled(body)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP}
        async with self._session.request(
            request.method, URL(self._url + request.raw_path, encoded=True), data=body, headers=headers, allow_redirects=False,
        ) as answer:
            content = await answer.read()
            if request.path in ("/prompt", "/api/prompt") and answer.status == 200 and request.method == "POST":
                self._watch(json.loads(content)["prompt_id"])
            kept = [(n, v) for n, v in answer.headers.items() if n.lower() not in HOP]
            return web.Response(body=content, status=answer.status, headers=kept)

    def _handled(self, body: bytes) -> bytes:
        try:
            content = json.loads(body)
        except ValueError:
            return body
        for handler in self._server.on_prompt_handlers:
            content = handler(content)
        return json.dumps(content).encode()

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        assert self._session is not None
        here = web.WebSocketResponse(max_msg_size=0)
        await here.prepare(request)
        sid = request.query.get("clientId") or f"page-{id(here)}"
        async with self._session.ws_connect(self._url + request.raw_path, max_msg_size=0) as there:
            self._server.sockets[sid] = here
            pumps = [asyncio.ensure_future(_pump(here, there)), asyncio.ensure_future(_pump(there, here))]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._server.sockets.pop(sid, None)
                for pump in pumps:
                    pump.cancel()
                await here.close()
        return here

    def _watch(self, prompt_id: str) -> None:
        queue = self._server.prompt_queue
        queue.put((0, prompt_id, {}, {}, [], {}))
        _, item_id = queue.get()
        self._running[prompt_id] = asyncio.ensure_future(self._end(prompt_id, item_id))

    async def _end(self, prompt_id: str, item_id: int) -> None:
        """Waits until the history has the prompt, then does what ComfyUI's worker thread does at that moment."""
        entry = None
        while entry is None and not (self._looks % 200 == 0 and await self._is_gone(prompt_id)):
            entry = await self._history(prompt_id)
            self._looks += 1
            await asyncio.sleep(0 if entry else LOOK_SECONDS)
        self._running.pop(prompt_id, None)
        if entry is None:
            self._server.prompt_queue.currently_running.pop(item_id, None)
            return
        told = entry["status"]
        status = ExecutionStatus(told["status_str"], told["completed"], [tuple(m) for m in told["messages"]])
        threading.Thread(target=self._task_done, args=(item_id, prompt_id, status)).start()

    async def _history(self, prompt_id: str) -> Any:
        assert self._session is not None
        try:
            async with self._session.get(f"{self._url}/history/{prompt_id}") as answer:
                return (await answer.json()).get(prompt_id)
        except (aiohttp.ClientError, ValueError):
            return None

    async def _is_gone(self, prompt_id: str) -> bool:
        """Whether a prompt was deleted, or ComfySim started anew: nobody ever says so."""
        assert self._session is not None
        try:
            async with self._session.get(f"{self._url}/queue") as answer:
                queue = await answer.json()
        except (aiohttp.ClientError, ValueError):
            return False
        queued = [item[1] for item in (*queue["queue_running"], *queue["queue_pending"])]
        return prompt_id not in queued and await self._history(prompt_id) is None

    def _task_done(self, item_id: int, prompt_id: str, status: ExecutionStatus) -> None:
        self._server.prompt_queue.task_done(item_id, {"outputs": {}}, status=status, process_item=lambda prompt: prompt[:5])
        if self._lifecycle is not None:
            self._lifecycle.emit(prompt_id, status)


async def _pump(source: Any, sink: Any) -> None:
    async for message in source:
        if message.type == aiohttp.WSMsgType.TEXT:
            await sink.send_str(message.data)
        elif message.type == aiohttp.WSMsgType.BINARY:
            await sink.send_bytes(message.data)


async def serve(arguments: argparse.Namespace) -> None:
    """Loads the pack as ComfyUI does, then listens."""
    user = Path(arguments.user).resolve()
    lifecycle = fake_lifecycle.Lifecycle() if arguments.lifecycle else None
    modules: dict[str, types.ModuleType] = lifecycle.modules() if lifecycle is not None else {}
    prompt_server.install_modules(user, **modules)
    server = PromptServer(asyncio.get_running_loop(), user, NewPromptQueue)
    behind = Behind(server, arguments.comfy, lifecycle, arguments.deny_socket)
    server.app.on_startup.append(behind.start)
    module = prompt_server.load_pack()
    if module.pack is None:
        sys.exit("The pack did not start.")
    server.add_routes()
    server.app.router.add_route("*", "/{tail:.*}", behind.pass_on)
    await server.start("127.0.0.1", arguments.port)
    print(f"listening on http://127.0.0.1:{server.port}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    """Runs until it is told to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any")
    parser.add_argument("--comfy", required=True, help="the ComfySim behind")
    parser.add_argument("--user", required=True, help="ComfyUI's user directory")
    parser.add_argument("--lifecycle", action="store_true", help="this ComfyUI has execution lifecycles")
    parser.add_argument("--deny-socket", action="store_true", help="no WebSocket is opened")
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    try:
        asyncio.run(serve(parser.parse_args()))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
