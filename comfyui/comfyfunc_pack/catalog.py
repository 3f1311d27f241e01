"""The node classes of this ComfyUI that a workflow uses, as its own /object_info describes them."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Callable, Sequence
from urllib.parse import quote

import aiohttp

FRESH_SECONDS = 30.0
DEADLINE = 5.0
MOST_KEPT = 2000


class Catalog:
    """Asks class by class: the whole of it is megabytes, and ComfyUI makes it on its own loop."""

    def __init__(self, own_url: Callable[[], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._own_url = own_url
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}

    async def part(self, classes: Sequence[str]) -> dict[str, Any]:
        """What is known of these classes. Without an answer it is less: the façade then asks its hosts."""
        missing = [c for c in classes if self._fresh(c) is None]
        if missing:
            try:
                await asyncio.wait_for(self._ask(missing), DEADLINE)
            except (asyncio.TimeoutError, aiohttp.ClientError, OSError, ValueError):
                pass
        known = ((c, self._kept.get(c)) for c in classes)
        return {c: entry[1] for c, entry in known if entry is not None and entry[1] is not None}

    def _fresh(self, name: str) -> Any:
        entry = self._kept.get(name)
        return entry if entry is not None and self._clock() - entry[0] < FRESH_SECONDS else None

    async def _ask(self, classes: Sequence[str]) -> None:
        gate = asyncio.Semaphore(4)
        connector = aiohttp.TCPConnector(ssl=False)  # ComfyUI's own certificate is rarely one for 127.0.0.1.
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

            async def one(name: str) -> None:
                async with gate, session.get(
                    f"{self._own_url()}/object_info/{quote(name, safe='')}", allow_redirects=False,
                ) as response:
                    answer = await response.json(content_type=None) if response.status == 200 else {}
                    self._keep(name, answer.get(name) if isinstance(answer, dict) else None)

            await asyncio.gather(*(one(name) for name in classes))

    def _keep(self, name: str, entry: Any) -> None:
        self._kept.pop(name, None)
        self._kept[name] = (self._clock(), entry)
        while len(self._kept) > MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
