"""The pack's own thread with its own loop, so that nothing of the pack ever waits on ComfyUI's, or it on the pack."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Callable, Coroutine


class Worker:
    """One daemon thread, one loop."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="comfyfunc", daemon=True)

    def start(self) -> None:
        """Begins to run what is scheduled."""
        self._thread.start()

    def schedule(self, work: Callable[..., None], *arguments: Any) -> None:
        """Has the loop do something soon. May be called from any thread, and returns at once."""
        self.loop.call_soon_threadsafe(work, *arguments)

    async def call(self, work: Coroutine[Any, Any, Any], deadline: float) -> Any:
        """Awaits, on another loop, what runs on this one."""
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        return await asyncio.wait_for(asyncio.wrap_future(future), deadline)

    def stop(self) -> None:
        """Ends the loop; for tests, ComfyUI only ends as a whole."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
