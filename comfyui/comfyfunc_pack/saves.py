"""Sees workflows being saved, renamed and deleted in ComfyUI, whoever does it, and stands in nobody's way."""

from __future__ import annotations

import logging
import os
import posixpath
from typing import Any, Awaitable, Callable
from urllib.parse import unquote

from aiohttp import web

log = logging.getLogger("comfyfunc")

# The façade's own writes into the list of workflows are no author's saves.
SYNC_HEADER = "ComfyFunc-Sync"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Watcher:
    """What is told of files. Each is quick: it only queues."""

    def saved(self, request: web.Request, file: str, body: bytes) -> None:
        """A file was written."""
        raise NotImplementedError

    def moved(self, request: web.Request, file: str, to: str) -> None:
        """A file has another name."""
        raise NotImplementedError

    def deleted(self, request: web.Request, file: str) -> None:
        """A file is gone."""
        raise NotImplementedError


def middleware(watcher: Watcher) -> Any:
    """The middleware: ComfyUI's answer first, and as it is; then what has happened is told, if it went well."""

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        try:
            await _tell(watcher, request, response)
        except Exception:  # Saving in ComfyUI never fails because of this.
            log.exception("What was done to a workflow file could not be noted.")
        return response

    return watch


async def _tell(watcher: Watcher, request: web.Request, response: web.StreamResponse) -> None:
    route = _route(request)
    if route not in ("/userdata/{file}", "/userdata/{file}/move/{dest}") or SYNC_HEADER in request.headers:
        return
    file = _file(request, "file")
    if route.endswith("{dest}"):
        if request.method == "POST" and response.status == 200:
            _tell_move(watcher, request, file, _file(request, "dest"))
    elif not is_workflow(file):
        return
    elif request.method == "POST" and response.status == 200:
        # ComfyUI has read the body already, and the request keeps it.
        watcher.saved(request, file, await request.read())
    elif request.method == "DELETE" and response.status == 204:
        watcher.deleted(request, file)


def _tell_move(watcher: Watcher, request: web.Request, file: str, to: str) -> None:
    if is_workflow(file) and is_workflow(to):
        watcher.moved(request, file, to)
    elif is_workflow(file):
        watcher.deleted(request, file)


def is_workflow(file: str) -> bool:
    """Whether a file is one of the list of workflows."""
    return file.startswith("workflows/") and file.endswith(".json")


def _route(request: web.Request) -> str:
    """The route as ComfyUI wrote it, with or without the `/api` before it."""
    canonical = getattr(getattr(request.match_info.route, "resource", None), "canonical", "")
    return canonical[len("/api"):] if canonical.startswith("/api/") else canonical


def _file(request: web.Request, part: str) -> str:
    """The file's name. ComfyUI decodes it once more than the router did, and so does this."""
    return posixpath.normpath(unquote(request.match_info.get(part, "")).replace(os.sep, "/"))
