"""A façade for tests: takes what the pack sends, and can be down, slow, locked or of another opinion."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from typing import Any, Callable

from aiohttp import web

KEY = "key-of-the-tests"
FUNCTION_KEY = "function-key-of-the-tests=="


class Background:
    """A loop on a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Any) -> Any:
        """Waits for a coroutine on that loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def stop(self) -> None:
        """Ends it."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()


class FakeFacade:
    """What the pack knows of the façade. `answer` may answer in its place; `requests` has every request that came."""

    def __init__(self) -> None:
        self.background = Background()
        self.port = 0
        self.requests: list[tuple[str, str, Any, dict[str, str]]] = []
        self.versions: dict[str, list[str]] = {}
        self.hosts: set[str] = set()
        self.events: list[dict[str, Any]] = []
        self.answer: Callable[[web.Request, Any], web.Response | None] = lambda request, body: None
        self.gate: asyncio.Event | None = None
        # Whether it is an app on Azure, whose platform lets nobody through to it without a function key.
        self.is_on_azure = False
        self._runner: web.AppRunner | None = None
        self.up()

    @property
    def url(self) -> str:
        """Where it is, or was."""
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Listens, at the same port as before."""
        self.background.run(self._up())

    def down(self) -> None:
        """Nobody listens any more."""
        self.background.run(self._down())

    def hold(self) -> None:
        """From now on requests are taken, and not answered."""
        self.gate = asyncio.Event()

    def release(self) -> None:
        """Answers go out again."""
        gate, self.gate = self.gate, None
        if gate is not None:
            self.background.loop.call_soon_threadsafe(gate.set)

    def close(self) -> None:
        """Ends it."""
        self.release()
        self.down()
        self.background.stop()

    def bodies(self, method: str, part: str) -> list[Any]:
        """What was sent to paths with this in it."""
        return [body for verb, path, body, _ in list(self.requests) if verb == method and part in path]

    def puts(self, name: str) -> list[Any]:
        """What was to be published under a name, in the order in which it came."""
        return [b for m, path, b, _ in list(self.requests) if m == "PUT" and path == f"/api/workflows/{name}"]

    async def _up(self) -> None:
        app = web.Application(client_max_size=100 * 1024 * 1024)
        app.router.add_route("*", "/{tail:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, shutdown_timeout=0.1)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def _down(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        content = await request.read()
        body = json.loads(content) if content else None
        self.requests.append((request.method, request.path_qs, body, dict(request.headers)))
        if self.gate is not None:
            await self.gate.wait()
        if self.is_on_azure and request.headers.get("x-functions-key") != FUNCTION_KEY:
            return web.Response(status=401)
        answer = self.answer(request, body)
        if answer is not None:
            return answer
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return problem(401, "unauthorized", "No key that is known.")
        parts = request.path.strip("/").split("/")
        if request.method == "PUT" and parts[:2] == ["api", "workflows"]:
            return self._put(parts[2], body, request.query.get("validateOnly") == "true")
        if parts[-1] == "heartbeat":
            is_new = parts[2] not in self.hosts
            self.hosts.add(parts[2])
            return web.json_response({"id": parts[2], "state": "ready", "reason": None}, status=201 if is_new else 200)
        if parts[-1] == "events":
            return self._events(parts[2], body["events"])
        return web.json_response({"status": "ok"})

    def _put(self, name: str, body: Any, validate_only: bool) -> web.Response:
        graph = body["workflow"]
        extra = {k: v for k, v in (graph.get("extra") or {}).items() if k not in ("ds", "comfyfunc")}
        content = json.dumps({**graph, "extra": extra}, sort_keys=True)
        versions = self.versions.setdefault(name, [])
        is_new = not versions or versions[-1] != content
        if is_new and not validate_only:
            versions.append(content)
        return web.json_response({"name": name, "version": len(versions)}, status=201 if is_new and not validate_only else 200)

    def _events(self, host: str, events: list[dict[str, Any]]) -> web.Response:
        if host not in self.hosts:
            return problem(404, "not_found", "No such host.")
        known = {event["id"] for event in self.events}
        self.events.extend(event for event in events if event["id"] not in known)
        return web.json_response({"taken": len(events), "unknown": 0})


def problem(status: int, code: str, detail: str, **more: Any) -> web.Response:
    """A problem document as the façade writes it."""
    body = {"type": f"urn:comfyfunc:fault:{code}", "title": code, "status": status, "detail": detail, "code": code, **more}
    return web.json_response(body, status=status, content_type="application/problem+json")


def main() -> None:
    """Serves until it is killed: `python3 fake_facade.py [--hang]`."""
    facade = FakeFacade()
    if "--hang" in sys.argv:
        facade.hold()
    print(facade.url, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
