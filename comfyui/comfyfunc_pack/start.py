"""Starts the pack where there is a ComfyUI to start it in."""

from __future__ import annotations

import logging
from typing import Any

log = logging.getLogger("comfyfunc")


def start() -> Any:
    """The running pack; `None` without a PromptServer, or where something went wrong, which is one line in the log."""
    server = _prompt_server()
    if server is None:
        return None
    try:
        from . import routes, saves
        from .comfy_host import ComfyHost
        from .pack import Pack, watcher

        pack = Pack(ComfyHost(server))
        pack.start()
        routes.add(server.routes, pack)
        server.app.middlewares.append(saves.middleware(watcher(pack)))
        log.info("ComfyFunc: ready (ends of prompts by %s).", pack.ends_by)
        return pack
    except Exception as trouble:  # ComfyUI starts, whatever is wrong with this pack.
        log.error("ComfyFunc is not available: %s: %s", type(trouble).__name__, trouble)
        return None


def _prompt_server() -> Any:
    try:
        from server import PromptServer  # type: ignore
    except ImportError:
        return None
    return getattr(PromptServer, "instance", None)
