"""Gets publications to the façade: at once where it answers, from the spool where it does not."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from typing import Any, Awaitable, Callable
from urllib.parse import quote

from . import clock, graph
from .backoff import Backoff
from .facade import Answer, Reply
from .ledger import Ledger
from .link import Link
from .problems import problem
from .spool import Full, Publication, Spool
from .verdict import Verdict, verdict
from .worker import off_loop

log = logging.getLogger("comfyfunc")

# How long a graph that was saved waits for the page's exact copy, which has the prompt as well.
PAGE_SECONDS = 0.7
# A file's write and the page's copy of it belong together when they come within this time.
TOGETHER_SECONDS = 5.0
DEADLINE = 20.0

Send = Callable[[str, str, Any, "dict[str, str] | None", float], Awaitable[Answer]]
Tell = Callable[[str, Any], None]


@dataclass(frozen=True)
class Waiting:
    """One publication in the spool."""

    hash: str
    file: str | None
    has_prompt: bool
    due: float
    is_told: bool = False


class Publisher:
    """Owns the spool. Lives on the pack's own loop."""

    def __init__(self, spool: Spool, ledger: Ledger, link: Link, catalog: Callable[[list[str]], Awaitable[dict[str, Any]]],
                 send: Send, tell: Tell) -> None:
        self._spool = spool
        self._ledger = ledger
        self._link = link
        self._catalog = catalog
        self._send = send
        self._tell = tell
        self._backoff = Backoff()
        self._wake = asyncio.Event()
        # One request at a time, so that a newer version never overtakes an older one; and one write at a time, which no request delays.
        self._turn = asyncio.Lock()
        self._shelf = asyncio.Lock()
        self._waiting: dict[str, Waiting] = {}
        self._exact: dict[str, tuple[str, float]] = {}
        self._resumes = 0.0
        link.on_return(self.wake)

    @property
    def pending(self) -> list[str]:
        """The names that wait, longest first."""
        return list(self._waiting)

    async def _open(self) -> None:
        """Takes up what an earlier process left. What was saved since is newer."""
        try:
            left = await off_loop(self._spool.open)
        except OSError as trouble:
            self._link.trouble("spool", f"What waited to be published cannot be read: {trouble.strerror}.")
            return
        for publication in left:
            if publication.name not in self._waiting:
                self._waiting[publication.name] = _waiting(publication, 0.0)
                self._ledger.pending(publication.name)
        if self._spool.troubles:
            self._link.trouble("spool", " ".join(self._spool.troubles))

    def wake(self) -> None:
        """The façade is back, or there is another one: no need to wait any longer."""
        self._backoff.reset()
        self._resumes = 0.0
        self._wake.set()

    async def save(self, publication: Publication, page_may_follow: bool) -> None:
        """A file was written. The same content that the page has sent, or published, is not sent again without its prompt."""
        if self._is_known_exactly(publication):
            return
        self._exact.pop(publication.name, None)
        await self._put(publication, time.monotonic() + (PAGE_SECONDS if page_may_follow else 0.0))

    async def save_exact(self, publication: Publication) -> dict[str, Any] | None:
        """The page's own copy of what was written: takes the place of the one without a prompt. Says why where it could not be kept."""
        self._exact[publication.name] = (publication.hash, time.monotonic())
        return await self._put(publication, 0.0)

    async def publish(self, publication: Publication, validate_only: bool) -> Answer | None:
        """Publishes while the author waits. `None`: the façade is away, and the publication waits for it."""
        if validate_only:
            return await self._put_to(publication, validate_only=True)
        async with self._turn:
            older = self._waiting.get(publication.name)
            answer = await self._put_to(publication, validate_only=False)
            outcome = verdict(answer)
            if outcome in (Verdict.SAVED, Verdict.UNCHANGED, Verdict.REFUSED):
                await self._settle(publication, older, outcome, answer)
                return answer
        if outcome is Verdict.LOCKED:
            return answer
        not_kept = await self._put(publication, 0.0, is_told=True)
        return None if not_kept is None else Reply(507, not_kept)

    async def run(self) -> None:
        """Never ends: sends what is due, and waits."""
        await self._open()
        while True:
            name = self._next_due()
            if name is None:
                await self._sleep()
                continue
            try:
                await self._send_one(name)
            except Exception:  # A defect must not end the loop; the publication stays where it is.
                log.exception("The workflow %s could not be published.", name)
                self._resumes = time.monotonic() + self._backoff.next()

    def _next_due(self) -> str | None:
        moment = time.monotonic()
        return next((n for n, w in self._waiting.items() if w.due <= moment), None) if moment >= self._resumes else None

    async def _sleep(self) -> None:
        """Until something is due, or somebody wakes."""
        moments = [max(w.due, self._resumes) for w in self._waiting.values()]
        timeout = max(0.0, min(moments) - time.monotonic()) if moments else None
        try:
            await asyncio.wait_for(self._wake.wait(), timeout)
        except asyncio.TimeoutError:
            pass
        self._wake.clear()

    async def _send_one(self, name: str) -> None:
        async with self._turn:
            waiting = self._waiting.get(name)
            if waiting is None:
                return
            publication = await off_loop(self._spool.get, name)
            if publication is None:
                self._waiting.pop(name, None)
                self._link.trouble("spool", " ".join(self._spool.troubles) or None)
                return
            answer = await self._put_to(publication, validate_only=False)
            outcome = verdict(answer)
            later = outcome is Verdict.LATER and isinstance(answer, Reply)
            self._link.heard("publish", answer, answer.reason if later else None)
            if outcome in (Verdict.LATER, Verdict.LOCKED):
                asked = answer.retry_after if isinstance(answer, Reply) else None
                self._resumes = time.monotonic() + self._backoff.next(asked)
                self._say_pending(name, waiting)
                return
            self._backoff.reset()
            await self._settle(publication, waiting, outcome, answer)
            self._say(publication, outcome, answer)

    async def _put_to(self, publication: Publication, validate_only: bool) -> Answer:
        body: dict[str, Any] = {"workflow": publication.workflow}
        if publication.prompt is not None:
            body["prompt"] = publication.prompt
        part = await self._catalog(graph.node_classes(publication.workflow, publication.prompt))
        if part:
            body["catalog"] = part
        path = f"/api/workflows/{quote(publication.name, safe='')}"
        answer = await self._send("PUT", path, body, {"validateOnly": "true"} if validate_only else None, DEADLINE)
        self._link.reached(answer)
        return answer

    async def _put(self, publication: Publication, due: float, is_told: bool = False) -> dict[str, Any] | None:
        """Keeps a publication until the façade has it. A problem document where it could not be kept."""
        async with self._shelf:
            try:
                await off_loop(self._spool.put, publication)
            except (Full, OSError) as trouble:
                return self._not_kept(publication, str(getattr(trouble, "strerror", None) or trouble))
            self._waiting.pop(publication.name, None)
            self._waiting[publication.name] = _waiting(publication, due, is_told)
            self._ledger.pending(publication.name)
            self._wake.set()
            self._link.trouble("spool", None)
            return None

    async def _settle(self, publication: Publication, sent: Waiting | None, outcome: Verdict, answer: Answer) -> None:
        """Takes note of an outcome, and takes what was sent, or is older, out of the spool. What came meanwhile stays."""
        assert isinstance(answer, Reply)  # Only replies settle anything.
        if outcome is Verdict.REFUSED:
            self._ledger.refused(publication.name, answer.body)
        else:
            if publication.prompt is not None:
                self._exact[publication.name] = (publication.hash, time.monotonic())
            version = answer.body.get("version")
            self._ledger.published(publication.name, version if isinstance(version, int) else None, clock.now())
        async with self._shelf:
            if sent is not None and self._waiting.get(publication.name) is sent:
                await off_loop(self._spool.remove, publication.name)
                self._waiting.pop(publication.name, None)
            if publication.name in self._waiting:
                self._ledger.pending(publication.name)
        self._link.trouble("spool", None)

    def _not_kept(self, publication: Publication, reason: str) -> dict[str, Any]:
        text = f"'{publication.name}' is not published and could not be kept for later: {reason}"
        log.error(text)
        document = problem(507, "spool_full", "The workflow was not kept", text)
        self._ledger.refused(publication.name, document)
        self._link.trouble("spool", text)
        self._tell("comfyfunc.published", _event(publication, "refused", None, None, document))
        return document

    def _is_known_exactly(self, publication: Publication) -> bool:
        """Whether the page's copy, with its prompt, waits already or went out just now."""
        waiting = self._waiting.get(publication.name)
        if waiting is not None and waiting.has_prompt and waiting.hash == publication.hash:
            return True
        exact = self._exact.get(publication.name)
        return exact is not None and exact[0] == publication.hash and time.monotonic() - exact[1] < TOGETHER_SECONDS

    def _say_pending(self, name: str, waiting: Waiting) -> None:
        if not waiting.is_told:
            self._waiting[name] = replace(waiting, is_told=True)
            self._tell("comfyfunc.published", {"name": name, "file": waiting.file, "outcome": "pending", "version": None,
                                               "answer": None, "problem": None})

    def _say(self, publication: Publication, outcome: Verdict, answer: Answer) -> None:
        assert isinstance(answer, Reply)
        refused = outcome is Verdict.REFUSED
        self._tell("comfyfunc.published", _event(
            publication, outcome.value, None if refused else answer.body.get("version"),
            None if refused else answer.body, answer.body if refused else None))


def _event(publication: Publication, outcome: str, version: Any, answer: Any, document: Any) -> dict[str, Any]:
    return {"name": publication.name, "file": publication.file, "outcome": outcome, "version": version,
            "answer": answer, "problem": document}


def _waiting(publication: Publication, due: float, is_told: bool = False) -> Waiting:
    return Waiting(publication.hash, publication.file, publication.prompt is not None, due, is_told)
