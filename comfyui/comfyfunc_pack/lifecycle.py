"""Learns of ends in ComfyUI with execution lifecycles: its own events, sent once the history is written."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any, Callable

log = logging.getLogger("comfyfunc")

Ended = Callable[[str, str], None]


def install(ended: Ended) -> bool:
    """Registers for events where this ComfyUI has them. `False`: it has none, or takes nobody any more."""
    try:
        from comfy_api.latest import ExecutionLifecycle  # type: ignore
    except ImportError:
        return False

    class Handler(ExecutionLifecycle.Handler):  # type: ignore
        """Hears how prompts end."""

        def on_succeeded(self, event: Any) -> None:
            ended(str(event.prompt_id), "success")

        def on_failed(self, event: Any) -> None:
            ended(str(event.prompt_id), "error")

        def on_interrupted(self, event: Any) -> None:
            ended(str(event.prompt_id), "interrupted")

    return _registered(lambda: ExecutionLifecycle().register(Handler()))


def _registered(register: Callable[[], Any]) -> bool:
    """Registering is asynchronous, and packs are loaded while ComfyUI's loop runs: it is done on a loop of its own."""
    done: list[bool] = []

    def run() -> None:
        try:
            asyncio.run(register())
            done.append(True)
        except Exception as trouble:
            log.warning("ComfyUI's execution lifecycle takes no handler (%s).", trouble)

    thread = threading.Thread(target=run, name="comfyfunc-register", daemon=True)
    thread.start()
    thread.join(2.0)
    return bool(done)
