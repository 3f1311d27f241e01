"""Says goodbye when ComfyUI ends, so that the façade places nothing here any more. Never holds the end up for long."""

from __future__ import annotations

import asyncio
import atexit
import http.client
import json
import logging
import os
import signal
import ssl
import threading
import uuid
from typing import Any, Callable
from urllib.parse import quote, urlsplit

from . import clock
from .facade import Door

log = logging.getLogger("comfyfunc")

SECONDS = 2.0


class Goodbye:
    """Said on whichever of the ways out ComfyUI takes."""

    def __init__(self, on_loop: Callable[[Callable[[], None]], None], say: Callable[[], None]) -> None:
        self._on_loop = on_loop
        self._say = say

    def install(self, app: Any) -> None:
        """Listens on every way out: the app's own end, the interpreter's, and a signal that would end it without either."""
        app.on_shutdown.append(self._on_shutdown)
        atexit.register(self.say)
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, self._on_signal)

    def say(self) -> None:
        """Says it, and waits two seconds at most."""
        said = threading.Event()

        def work() -> None:
            try:
                self._say()
            finally:
                said.set()

        try:
            self._on_loop(work)
            said.wait(SECONDS)
        except RuntimeError:
            pass  # The pack's loop is gone.

    async def _on_shutdown(self, _: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.say)

    def _on_signal(self, number: int, _: Any) -> None:
        self.say()
        # What would have happened without this pack.
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def send_leaving(door: Door, host_id: str) -> None:
    """Posts the event with the standard library alone: aiohttp resolves names on threads, which a dying interpreter refuses."""
    parts = urlsplit(door.url)
    body = json.dumps({"events": [{"id": str(uuid.uuid4()), "type": "leaving", "at": clock.now()}]})
    headers = {"Content-Type": "application/json", **door.headers}
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=SECONDS, context=ssl.create_default_context())
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request("POST", f"{parts.path}/api/hosts/{quote(host_id, safe='')}/events", body, headers)
        connection.getresponse()
    except (OSError, http.client.HTTPException) as trouble:
        log.debug("No goodbye could be said: %s", type(trouble).__name__)
    finally:
        connection.close()
