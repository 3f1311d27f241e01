"""Prompts that ended here, until the façade has heard of them."""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
import time
import uuid
from collections import deque
from typing import Any, Awaitable, Callable

from . import clock
from .backoff import Backoff
from .facade import Answer, Reply
from .link import Link

log = logging.getLogger("comfyfunc")

MOST_KEPT = 20_000
MOST_A_REQUEST = 1000
DEADLINE = 10.0


class Ends:
    """A bounded queue. ComfyUI's worker thread puts in, the pack's loop takes out."""

    def __init__(self, loop: asyncio.AbstractEventLoop, hand_over: Callable[..., None], most: int = MOST_KEPT) -> None:
        self._loop = loop
        self._hand_over = hand_over
        self._most = most
        self._lock = threading.Lock()
        self._events: deque[dict[str, Any]] = deque()
        self.added = asyncio.Event()
        self.dropped = 0

    def ended(self, prompt_id: str, status: str) -> None:
        """Takes the end of a prompt. Called on the thread that executes prompts: it only hands over."""
        self._hand_over(self._take_in, prompt_id, status, time.time())

    def _take_in(self, prompt_id: str, status: str, at: float) -> None:
        self._add({"id": str(uuid.uuid4()), "type": "ended", "promptId": prompt_id, "status": status, "at": clock.text(at)})
        try:
            self._loop.call_soon_threadsafe(self.added.set)
        except RuntimeError:
            pass  # ComfyUI is on its way out.

    def _add(self, event: dict[str, Any]) -> None:
        with self._lock:
            self._events.append(event)
            if len(self._events) <= self._most:
                return
            self._events.popleft()
            self.dropped += 1
        if self.dropped == 1:
            log.warning("More than %d ends of prompts wait for the ComfyFunc server; the oldest are dropped.", self._most)

    def first(self, most: int) -> list[dict[str, Any]]:
        """The oldest ones; they stay until `forget`."""
        with self._lock:
            return list(itertools.islice(self._events, most))

    def forget(self, events: list[dict[str, Any]]) -> None:
        """These are heard of. Oldest ones may have been dropped meanwhile."""
        heard = {event["id"] for event in events}
        with self._lock:
            while self._events and self._events[0]["id"] in heard:
                self._events.popleft()

    def __len__(self) -> int:
        return len(self._events)


class EndSender:
    """Sends ends as they come, and again until the façade has taken them. Lives on the pack's own loop."""

    def __init__(self, ends: Ends, link: Link, send: Callable[[list[dict[str, Any]], float], Awaitable[Answer | None]],
                 introduce: Callable[[], Awaitable[None]]) -> None:
        self._ends = ends
        self._link = link
        self._send = send
        self._introduce = introduce
        self._most = MOST_A_REQUEST
        self._backoff = Backoff()
        self._back = asyncio.Event()
        link.on_return(self.wake)

    def wake(self) -> None:
        """No need to wait any longer."""
        self._backoff.reset()
        self._back.set()

    async def run(self) -> None:
        """Never ends."""
        while True:
            await self._ends.added.wait()
            self._ends.added.clear()
            while len(self._ends) > 0:
                try:
                    wait = await self._send_some()
                except Exception:  # A defect must not end the loop.
                    log.exception("Ends of prompts could not be told.")
                    wait = self._backoff.next()
                if wait is not None:
                    await self._pause(wait)

    async def _send_some(self) -> float | None:
        """Sends what fits into one request. Seconds to wait before the next, or none."""
        events = self._ends.first(self._most)
        answer = await self._send(events, DEADLINE)
        if answer is None:
            # There is no façade, or it does not know this host and is not to: nobody waits for these.
            self._ends.forget(events)
            self._link.trouble("events", None)
            return None
        wrong = isinstance(answer, Reply) and answer.status >= 300 and answer.status != 404
        self._link.heard("events", answer, answer.reason if isinstance(answer, Reply) and wrong else None)
        if isinstance(answer, Reply) and 200 <= answer.status < 300:
            self._ends.forget(events)
            self._most = MOST_A_REQUEST
            self._backoff.reset()
            return None
        if isinstance(answer, Reply) and answer.status == 404 and answer.problem is not None:
            await self._introduce()
            return self._backoff.next()
        if isinstance(answer, Reply) and answer.status in (400, 413, 422) and answer.problem is not None:
            self._refused(events, answer)
            return None
        return self._backoff.next(answer.retry_after if isinstance(answer, Reply) else None)

    def _refused(self, events: list[dict[str, Any]], answer: Reply) -> None:
        """One event that the façade does not take must not hold up all others: they are sent in ever smaller parts."""
        if len(events) > 1:
            self._most = len(events) // 2
            return
        self._ends.forget(events)
        log.warning("The ComfyFunc server does not take the end of prompt %s: %s", events[0]["promptId"], answer.reason)

    async def _pause(self, seconds: float) -> None:
        """Until the time has come, or the façade is back. New ends alone are no reason to ask again."""
        try:
            await asyncio.wait_for(self._back.wait(), seconds)
        except asyncio.TimeoutError:
            pass
        self._back.clear()
