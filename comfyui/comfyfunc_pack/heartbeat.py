"""Says to the façade, again and again, that this host is there and how it is."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Awaitable, Callable
from urllib.parse import quote

from . import VERSION, inventory
from .backoff import Backoff
from .comfy_host import EVERYWHERE, ComfyHost, bracketed, is_loopback, local_address_towards
from .facade import Answer, Reply
from .inventory import Inventory
from .link import Link
from .names import default_host_id
from .settings import Settings, labels_of
from .worker import off_loop

log = logging.getLogger("comfyfunc")

# How often it is looked for models that came or went.
INVENTORY_SECONDS = 10.0
# A network drive that hangs must not silence the host.
INVENTORY_DEADLINE = 5.0
DEADLINE = 10.0

Send = Callable[[str, str, Any, float], Awaitable["Answer | None"]]


class Unknown(Exception):
    """The address that the façade reaches this host by cannot be told."""


class Heartbeat:
    """Registers this host and keeps it registered. Lives on the pack's own loop."""

    def __init__(self, host: ComfyHost, settings: Settings, link: Link, send: Send, changed: Callable[[], None]) -> None:
        self._host = host
        self._settings = settings
        self._link = link
        self._send = send
        self._changed = changed
        self._wake = asyncio.Event()
        self._backoff = Backoff()
        self._inventory: Inventory | None = None
        self._told_hash: str | None = None
        self._counting: asyncio.Future[Inventory] | None = None
        self.state: str | None = None
        self.reason: str | None = None
        self.is_known = False

    @property
    def host_id(self) -> str:
        """What this host is called."""
        return self._settings.value("hostId") or default_host_id(self._host.port)

    def wake(self) -> None:
        """Something has changed that the façade should know at once."""
        self._backoff.reset()
        self._wake.set()

    def forget(self) -> None:
        """Another server, another name: what the last answer said does not count."""
        self.state, self.reason, self.is_known = None, None, False
        self._link.trouble("host", None)

    async def run(self) -> None:
        """Never ends. Begins once ComfyUI listens: the façade looks at the host as soon as it hears of it."""
        while not self._host.is_listening:
            await asyncio.sleep(0.1)
        while True:
            try:
                wait = await self.beat()
            except Exception:  # A defect must not end the loop.
                log.exception("No heartbeat could be sent.")
                wait = self._backoff.next()
            await self._sleep(wait)

    async def watch(self) -> None:
        """Never ends: looks for models that came or went."""
        while True:
            await self.look()
            await asyncio.sleep(INVENTORY_SECONDS)

    async def look(self) -> None:
        """Counts, and has the façade told at once where that is news."""
        await self._count()
        if self.is_known and self._inventory is not None and self._inventory.hash != self._told_hash:
            self.wake()

    async def beat(self) -> float:
        """Sends one. Seconds until the next."""
        if not self._settings.value("register"):
            return await self._ask()
        try:
            url = await self._address()
        except Unknown as unknown:
            self._link.trouble("host", str(unknown))
            return float(self._settings.value("heartbeatSeconds"))
        answer = await self._send("POST", f"/api/hosts/{quote(self.host_id, safe='')}/heartbeat", await self._body(url), DEADLINE)
        if answer is None:
            return float(self._settings.value("heartbeatSeconds"))
        went_well = isinstance(answer, Reply) and answer.status in (200, 201) and isinstance(answer.body, dict)
        self._link.heard("host", answer, None if went_well or not isinstance(answer, Reply) else answer.reason)
        return self._heard(answer, went_well)

    def _heard(self, answer: Answer, went_well: bool) -> float:
        if went_well and isinstance(answer, Reply):
            self.is_known = True
            self.state, self.reason = _text(answer.body.get("state")), _text(answer.body.get("reason"))
            self._backoff.reset()
            self._changed()
            return float(self._settings.value("heartbeatSeconds"))
        return self._backoff.next(answer.retry_after if isinstance(answer, Reply) else None)

    async def _ask(self) -> float:
        """A host that does not register only asks whether the façade is there."""
        answer = await self._send("GET", "/api/health", None, DEADLINE)
        if answer is None:
            return float(self._settings.value("heartbeatSeconds"))
        well = isinstance(answer, Reply) and answer.status < 300
        self._link.heard("host", answer, None if well or not isinstance(answer, Reply) else answer.reason)
        return float(self._settings.value("heartbeatSeconds")) if well else self._backoff.next()

    async def _body(self, url: str) -> dict[str, Any]:
        labels = labels_of(self._settings.value("labels"))
        memory = await off_loop(inventory.memory, self._host)
        counted = self._inventory
        self._told_hash = counted.hash if counted else None
        body: dict[str, Any] = {
            "url": url, "slots": self._settings.value("slots"), "labels": labels or None, "sync": self._settings.value("sync"),
            "pack": {"version": VERSION}, "queue": self._host.queue_counts(), "vram": memory,
            "catalogHash": counted.hash if counted else None, "models": counted.models or None if counted else None,
        }
        return {member: value for member, value in body.items() if value is not None}

    async def _address(self) -> str:
        given = self._settings.value("address")
        if given:
            return str(given)
        listens_on = self._host.listens_on
        facade = self._settings.value("facadeUrl")
        try:
            towards = await asyncio.wait_for(off_loop(local_address_towards, facade), DEADLINE)
        except (OSError, asyncio.TimeoutError):
            raise Unknown("The name of the ComfyFunc server cannot be resolved.") from None
        if is_loopback(listens_on) and not is_loopback(towards):
            raise Unknown(f"ComfyUI listens on {listens_on} only, where the ComfyFunc server cannot reach it: start it with --listen, "
                          "or set the address that leads here.")
        address = towards if listens_on in EVERYWHERE or is_loopback(towards) else listens_on
        return f"{self._host.scheme}://{bracketed(address)}:{self._host.port}"

    async def _count(self) -> None:
        """Counts models, in a thread: at most one at a time, however long a drive takes."""
        if self._counting is None or self._counting.done():
            self._counting = asyncio.ensure_future(off_loop(inventory.take, self._host))
        try:
            self._inventory = await asyncio.wait_for(asyncio.shield(self._counting), INVENTORY_DEADLINE)
        except asyncio.TimeoutError:
            pass
        except Exception as trouble:
            log.debug("The models could not be counted: %s", trouble)

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except asyncio.TimeoutError:
            pass
        self._wake.clear()


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
