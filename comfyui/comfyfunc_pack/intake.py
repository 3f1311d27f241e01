"""Files that were just saved: taken in the instant, read off ComfyUI's loop, the newest of each file."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, replace
from typing import Awaitable, Callable

from . import clock, graph
from .spool import Publication
from .worker import off_loop

log = logging.getLogger("comfyfunc")

MOST_WAITING = 256


@dataclass(frozen=True)
class Save:
    """A workflow file that ComfyUI has just written."""

    user: str
    file: str
    body: bytes
    bound: str | None = None


class Intake:
    """Hands saves on, one after the other and in order, as publications. Lives on the pack's own loop."""

    def __init__(self, name_of: Callable[[str, str], str | None], publish: Callable[[Save, Publication], Awaitable[None]]) -> None:
        self._name_of = name_of
        self._publish = publish
        self._saves: dict[tuple[str, str], Save] = {}
        self._wake = asyncio.Event()
        self.dropped = 0

    def take(self, save: Save) -> None:
        """Takes a save. One of the same file that nobody has looked at yet is older, and forgotten."""
        bound = self._name_of(save.user, save.file)
        if bound is None and b'"comfyfunc"' not in save.body:
            return  # Neither published from here nor marked: most saves, and none is read.
        self._saves.pop((save.user, save.file), None)
        self._saves[(save.user, save.file)] = replace(save, bound=bound)
        if len(self._saves) > MOST_WAITING:
            self._saves.pop(next(iter(self._saves)))
            self.dropped += 1
            log.warning("More than %d saved workflows wait to be looked at; the oldest is not published.", MOST_WAITING)
        self._wake.set()

    def moved(self, user: str, file: str, to: str) -> None:
        """A file that nobody has looked at yet has another name."""
        save = self._saves.pop((user, file), None)
        if save is not None:
            self._saves[(user, to)] = replace(save, file=to)

    async def run(self) -> None:
        """Never ends."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._saves:
                save = self._saves.pop(next(iter(self._saves)))
                try:
                    await self._hand_on(save)
                except Exception:  # One broken file must not end the loop for all others.
                    log.exception("The saved workflow %s could not be looked at.", save.file)

    async def _hand_on(self, save: Save) -> None:
        publication = await off_loop(read, save)
        if publication is not None:
            await self._publish(save, publication)


def read(save: Save) -> Publication | None:
    """The publication that a saved file is: under the name that it is marked with, or else the one it was published as."""
    try:
        content = json.loads(save.body)
    except (ValueError, RecursionError):
        return None
    name = graph.published_name(content) or save.bound
    if name is None or not graph.is_graph(content):
        return None
    return Publication(name, save.file, content, None, graph.content_hash(content), clock.now())
