"""A `comfy_api.latest` with ExecutionLifecycle, as ComfyUI is going to have it: handlers register, events come after the history."""

from __future__ import annotations

import queue
import threading
import types
from typing import Any


class Handler:
    """What handlers derive from."""

    def accepts(self, event: Any) -> bool:
        """Whether an event is wanted."""
        return True

    def on_queued(self, event: Any) -> None:
        """A prompt was queued."""

    def on_succeeded(self, event: Any) -> None:
        """A prompt ended well."""

    def on_failed(self, event: Any) -> None:
        """A prompt failed."""

    def on_interrupted(self, event: Any) -> None:
        """A prompt was interrupted."""


class Lifecycle:
    """Registers handlers and calls them on a thread of its own, as ComfyUI does."""

    def __init__(self, refuses: bool = False) -> None:
        self.handlers: list[Handler] = []
        self._refuses = refuses
        self._events: queue.Queue[tuple[str, str]] = queue.Queue()
        threading.Thread(target=self._dispatch, daemon=True).start()

    def modules(self) -> dict[str, types.ModuleType]:
        """The modules that packs import."""
        owner = self

        class ExecutionLifecycle:
            """The public face."""

            Handler = Handler

            async def register(self, handler: Handler) -> None:
                """Takes a handler."""
                if owner._refuses or not isinstance(handler, Handler):
                    raise RuntimeError("Execution lifecycle handlers are already frozen")
                owner.handlers.append(handler)

        api, latest = types.ModuleType("comfy_api"), types.ModuleType("comfy_api.latest")
        latest.ExecutionLifecycle = ExecutionLifecycle  # type: ignore[attr-defined]
        api.latest = latest  # type: ignore[attr-defined]
        return {"comfy_api": api, "comfy_api.latest": latest}

    def emit(self, prompt_id: str, status: Any) -> None:
        """A prompt has ended, and its history is written."""
        names = [message[0] for message in status.messages]
        how = "on_interrupted" if "execution_interrupted" in names else "on_succeeded" if status.status_str == "success" else "on_failed"
        self._events.put((how, prompt_id))

    def _dispatch(self) -> None:
        while True:
            how, prompt_id = self._events.get()
            event = types.SimpleNamespace(prompt_id=prompt_id)
            for handler in list(self.handlers):
                if handler.accepts(event):
                    getattr(handler, how)(event)
