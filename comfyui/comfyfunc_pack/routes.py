"""The routes that the pack adds to ComfyUI, for its page."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Awaitable, Callable

from aiohttp import web

from . import guards, requests
from .facade import Answer, Reply
from .pack import Pack
from .problems import of_faults, problem
from .settings import HeldByEnvironment, Unacceptable
from .worker import off_loop

log = logging.getLogger("comfyfunc")

# A publication waits for its turn, for the catalog and for the façade; each of them has a deadline of its own.
DEADLINE = 60.0
NO_FACADE = "No ComfyFunc server is set: see ComfyFunc in ComfyUI's settings."
AWAY = "The ComfyFunc server is away: the workflow is published once it is back."

Handler = Callable[[web.Request], Awaitable[web.Response]]


def add(routes: web.RouteTableDef, pack: Pack) -> None:
    """Adds them. ComfyUI serves each below /api, too."""

    async def get_status(request: web.Request) -> web.Response:
        return web.json_response(await pack.worker.call(pack.current_status(), DEADLINE))

    async def post_settings(request: web.Request) -> web.Response:
        wanted = requests.read_object(await request.read())
        return web.json_response(await pack.worker.call(pack.change_settings(wanted), DEADLINE))

    async def post_publish(request: web.Request) -> web.Response:
        wanted = await off_loop(requests.read_publish, await request.read())
        if not pack.settings.value("facadeUrl"):
            return _unreachable(NO_FACADE)
        work = pack.publish(pack.host.user_of(request), wanted.publication, wanted.validate_only)
        answer = await pack.worker.call(work, DEADLINE)
        return _pending(AWAY) if answer is None else _passed_on(answer)

    async def post_saved(request: web.Request) -> web.Response:
        wanted = await off_loop(requests.read_publish, await request.read())
        if not pack.settings.value("facadeUrl"):
            return _unreachable(NO_FACADE)
        if pack.settings.value("autoPublish") == "off":
            return _problem(problem(409, "conflict", "Saved workflows are not published", "The setting autoPublish is off."))
        objection = await pack.worker.call(pack.save_exact(pack.host.user_of(request), wanted.publication), DEADLINE)
        if objection is not None:
            return _problem(objection)
        return _pending("The workflow is being published.")

    routes.get("/comfyfunc/status")(_guarded(pack, get_status, changes=False))
    routes.post("/comfyfunc/settings")(_guarded(pack, post_settings, changes=True))
    routes.post("/comfyfunc/publish")(_guarded(pack, post_publish, changes=True))
    routes.post("/comfyfunc/saved")(_guarded(pack, post_saved, changes=True))


def _guarded(pack: Pack, handler: Handler, changes: bool) -> Handler:
    async def guarded(request: web.Request) -> web.Response:
        refusal = guards.objection(request, changes)
        if refusal is not None:
            return _problem(refusal)
        pack.host.page_seen()
        try:
            return await handler(request)
        except requests.Refused as refused:
            return _problem(refused.document)
        except Unacceptable as unacceptable:
            return _problem(of_faults(400, "invalid_request", "These settings are not acceptable", unacceptable.faults))
        except HeldByEnvironment as held:
            return _problem(of_faults(409, "conflict", "The environment holds these settings", held.faults))
        except asyncio.TimeoutError:
            return _unreachable("The ComfyFunc server did not answer in time.")
        except OSError as trouble:
            return _problem(problem(500, "internal_error", "A file could not be written", str(trouble.strerror)))

    return guarded


def _passed_on(answer: Answer) -> web.Response:
    """The façade's own words. What something between said in its place is none of them."""
    if isinstance(answer, Reply) and isinstance(answer.body, dict) and not 300 <= answer.status < 400:
        kind = "application/json" if answer.status < 400 else "application/problem+json"
        return web.json_response(answer.body, status=answer.status, content_type=kind)
    return _unreachable(answer.reason)


def _pending(detail: str) -> web.Response:
    return web.json_response({"state": "pending", "detail": detail}, status=202)


def _unreachable(detail: str) -> web.Response:
    return _problem(problem(503, "facade_unreachable", "The ComfyFunc server does not answer", detail))


def _problem(document: dict[str, Any]) -> web.Response:
    return web.json_response(document, status=document["status"], content_type="application/problem+json")
