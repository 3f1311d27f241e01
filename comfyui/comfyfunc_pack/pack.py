"""What the pack is made of, and how its parts hang together."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, Mapping
from urllib.parse import quote

from . import copies, goodbye, lifecycle, saves, status, task_done
from .catalog import Catalog
from .comfy_host import ComfyHost
from .ends import Ends, EndSender
from .facade import Answer, Door, Facade, Reply, Unreachable
from .goodbye import Goodbye
from .heartbeat import Heartbeat
from .intake import Intake, Save
from .ledger import Ledger
from .link import Link
from .publisher import Publisher
from .settings import Settings
from .spool import Publication, Spool
from .worker import Worker

log = logging.getLogger("comfyfunc")

# Settings that say who is spoken to, and as whom.
IDENTITY = ("facadeUrl", "key", "functionKey", "hostId", "address", "register")


class Pack:
    """The pack in one ComfyUI."""

    def __init__(self, host: ComfyHost, environment: Mapping[str, str] | None = None) -> None:
        self.host = host
        self.worker = Worker()
        folder = host.user_directory / "__comfyfunc"
        self.settings = Settings(folder / "settings.json", environment)
        self.ledger = Ledger(folder / "state.json")
        self._spool = Spool(folder / "spool")
        self._facade = Facade()
        self._told: str | None = None
        self._tells = False
        self._is_leaving = False

    def start(self) -> None:
        """Starts the pack's thread. What the parts are is made there: their events and locks belong to its loop."""
        self.worker.start()
        asyncio.run_coroutine_threadsafe(self._assemble(), self.worker.loop).result(5)
        self.ends_by = "lifecycle" if lifecycle.install(self.ends.ended) else "task_done"
        if self.ends_by == "task_done":
            task_done.install(self.host.server.prompt_queue, self.ends.ended)
        self._goodbye = Goodbye(self.worker.schedule, self._say_goodbye)
        self._goodbye.install(self.host.server.app)
        for fault in self.settings.faults:
            log.warning("ComfyFunc: %s", fault.detail)

    def stop(self) -> None:
        """Ends the pack's thread, without a word to anybody; for tests."""
        asyncio.run_coroutine_threadsafe(self._end(), self.worker.loop).result(5)
        self.worker.stop()

    async def _end(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        while left:
            # More than once: wait_for of older Pythons may swallow what comes in the moment in which it is done.
            for run in left:
                run.cancel()
            _, left = await asyncio.wait(left, timeout=0.1)
        await self._facade.close()

    async def _assemble(self) -> None:
        loop = asyncio.get_running_loop()
        self.link = Link(self.changed)
        self.heartbeat = Heartbeat(self.host, self.settings, self.link, self._send_as_host, self.changed)
        self.publisher = Publisher(self._spool, self.ledger, self.link, Catalog(lambda: self.host.own_url).part,
                                   self._send_publication, self._tell)
        self.intake = Intake(self.ledger.name_of, self._publish_save)
        self.ends = Ends(loop, self.worker.hand_over)
        sender = EndSender(self.ends, self.link, self._send_events, self._introduce)
        self._loops = [loop.create_task(run) for run in (
            self.heartbeat.run(), self.heartbeat.watch(), self.publisher.run(), self.intake.run(), sender.run())]

    # What happens in ComfyUI

    def file_saved(self, save: Save) -> None:
        """A workflow file was written. Only with a façade, and only where authors want it so, does anything follow from it."""
        if self.settings.value("autoPublish") == "on" and self.settings.value("facadeUrl"):
            self.intake.take(save)

    def file_moved(self, user: str, file: str, to: str) -> None:
        """A workflow file has another name."""
        self.intake.moved(user, file, to)
        self.ledger.moved(user, file, to)

    async def _publish_save(self, save: Save, publication: Publication) -> None:
        objection = copies.objection(self._is_file, self.ledger, save.user, save.file, publication.name)
        if objection is not None:
            self._tell("comfyfunc.published", {"name": publication.name, "file": save.file, "outcome": "refused", "version": None,
                                               "answer": None, "problem": objection})
            return
        self.ledger.follow(save.user, save.file, publication.name)
        await self.publisher.save(publication, self.host.has_page)

    def _is_file(self, user: str, file: str) -> bool:
        return (self.host.user_directory / user / file).is_file()

    # What the page asks for

    def status(self) -> dict[str, Any]:
        """The status document."""
        return status.document(self.settings, self.link, self.heartbeat, self.ledger, self.publisher.pending)

    async def current_status(self) -> dict[str, Any]:
        """The status document, for another loop to await."""
        return self.status()

    async def change_settings(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Takes settings and puts them to use."""
        self.settings.change(wanted)
        if any(name in wanted for name in IDENTITY):
            self.link.forget()
            self.heartbeat.forget()
        self.heartbeat.wake()
        self.publisher.wake()
        self.changed()
        return self.status()

    async def publish(self, user: str, publication: Publication, validate_only: bool) -> Answer | None:
        """Publishes while its author waits."""
        answer = await self.publisher.publish(publication, validate_only)
        if not validate_only and publication.file is not None and (answer is None or 200 <= getattr(answer, "status", 0) < 300):
            self.ledger.lead(user, publication.file, publication.name)
        self.changed()
        return answer

    async def save_exact(self, user: str, publication: Publication) -> dict[str, Any] | None:
        """Takes the page's copy of a file that was just saved; or a problem document that says why not."""
        if publication.file is not None:
            objection = copies.objection(self._is_file, self.ledger, user, publication.file, publication.name)
            if objection is not None:
                return objection
            self.ledger.follow(user, publication.file, publication.name)
        return await self.publisher.save_exact(publication)

    def changed(self) -> None:
        """Something of the status may have changed: the pages are told once, however much it was."""
        if not self._tells:
            self._tells = True
            asyncio.get_running_loop().call_soon(self._tell_status)

    def _tell_status(self) -> None:
        self._tells = False
        document = self.status()
        text = json.dumps(document, sort_keys=True)
        if text != self._told:
            self._told = text
            self.host.tell_pages("comfyfunc.status", document)

    def _tell(self, event: str, data: Any) -> None:
        self.host.tell_pages(event, data)
        self.changed()

    # What the façade is sent

    @property
    def door(self) -> Door | None:
        """Where the façade is; `None` before anybody said."""
        url = self.settings.value("facadeUrl")
        return Door(url, self.settings.value("key"), self.settings.value("functionKey")) if url and not self._is_leaving else None

    async def _send_publication(self, method: str, path: str, body: Any, query: dict[str, str] | None, deadline: float) -> Answer:
        door = self.door
        if door is None:
            return Unreachable("No ComfyFunc server is set.")
        return await self._facade.send(door, method, path, body, query, deadline)

    async def _send_as_host(self, method: str, path: str, body: Any, deadline: float) -> Answer | None:
        door = self.door
        return None if door is None else await self._facade.send(door, method, path, body, deadline=deadline)

    async def _send_events(self, events: list[dict[str, Any]], deadline: float) -> Answer | None:
        path = f"/api/hosts/{quote(self.heartbeat.host_id, safe='')}/events"
        answer = await self._send_as_host("POST", path, {"events": events}, deadline)
        # A host that is not to register, and that the façade does not know otherwise, has nobody who waits for it.
        nobody = isinstance(answer, Reply) and answer.status == 404 and not self.settings.value("register")
        return None if nobody else answer

    async def _introduce(self) -> None:
        """The façade does not know this host: a heartbeat makes it known."""
        await self.heartbeat.beat()

    def _say_goodbye(self) -> None:
        """Says it once: there is no door any more afterwards, and no heartbeat that would call the host back."""
        door = self.door
        self._is_leaving = True
        if door is not None and self.heartbeat.is_known:
            goodbye.send_leaving(door, self.heartbeat.host_id)


class _Watcher(saves.Watcher):
    """Hands what ComfyUI's loop sees over to the pack's."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def saved(self, request: Any, file: str, body: bytes) -> None:
        self._hand_over(self._pack.file_saved, Save(self._pack.host.user_of(request), file, body))

    def moved(self, request: Any, file: str, to: str) -> None:
        self._hand_over(self._pack.file_moved, self._pack.host.user_of(request), file, to)

    def deleted(self, request: Any, file: str) -> None:
        self._hand_over(self._pack.ledger.deleted, self._pack.host.user_of(request), file)

    def _hand_over(self, work: Any, *arguments: Any) -> None:
        self._pack.worker.hand_over(self._pack.worker.schedule, work, *arguments)


def watcher(pack: Pack) -> saves.Watcher:
    """What the middleware tells."""
    return _Watcher(pack)
