"""The pack's own thread with its own loop, so that nothing of the pack ever waits on ComfyUI's, or it on the pack."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from typing import Any, Callable, Coroutine


log = logging.getLogger("comfyfunc")


async def off_loop(work: Callable[..., Any], *arguments: Any) -> Any:
    """Awaits what takes its time on a thread, so that the loop goes on meanwhile."""
    return await asyncio.get_running_loop().run_in_executor(None, work, *arguments)


class Worker:
    """One daemon thread with a loop, and one that takes in what ComfyUI's threads hand over."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._handed: queue.SimpleQueue[tuple[Callable[..., None], tuple[Any, ...]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="comfyfunc", daemon=True)
        self._taker = threading.Thread(target=self._take, name="comfyfunc-taker", daemon=True)

    def start(self) -> None:
        """Begins to run what is scheduled."""
        self._thread.start()
        self._taker.start()

    def hand_over(self, work: Callable[..., None], *arguments: Any) -> None:
        """
        Has something quick done on the thread that takes in. ComfyUI's threads call this: it asks nothing of the operating system, as
        waking a loop does, which would let other threads go first in the midst of a prompt or a save.
        """
        self._handed.put((work, arguments))

    def schedule(self, work: Callable[..., None], *arguments: Any) -> None:
        """Has the loop do something soon. May be called from any thread, and returns at once."""
        self.loop.call_soon_threadsafe(work, *arguments)

    async def call(self, work: Coroutine[Any, Any, Any], deadline: float) -> Any:
        """Awaits, on another loop, what runs on this one."""
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        return await asyncio.wait_for(asyncio.wrap_future(future), deadline)

    def stop(self) -> None:
        """Ends the loop; for tests, ComfyUI only ends as a whole."""
        self._handed.put(None)
        self._taker.join(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()

    def _take(self) -> None:
        while (handed := self._handed.get()) is not None:
            work, arguments = handed
            try:
                work(*arguments)
            except Exception:  # One defect must not end what all others wait for.
                log.exception("What ComfyUI handed over could not be taken in.")

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
