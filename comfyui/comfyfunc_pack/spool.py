"""What is still to be published, on disk: one file a workflow, the newest wins, until the façade has it."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import files

log = logging.getLogger("comfyfunc")

MOST_FILES = 500
MOST_BYTES = 256 * 1024 * 1024


class Full(Exception):
    """There is no room for one more workflow."""


@dataclass(frozen=True)
class Publication:
    """One graph that is to be published, as its author saved it. Without a prompt the façade converts the graph."""

    name: str
    file: str | None
    workflow: dict[str, Any]
    prompt: dict[str, Any] | None
    hash: str
    at: str


class Spool:
    """The folder of publications. Safe to use from several threads."""

    def __init__(self, folder: Path, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_files = most_files
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._sizes: dict[str, int] = {}
        self.troubles: list[str] = []

    def open(self) -> list[Publication]:
        """Reads what an earlier process left, oldest first. What cannot be read is set aside and said."""
        found: list[Publication] = []
        with self._lock:
            for path in sorted(self._folder.glob("*.json")):
                publication = self._read(path)
                if publication is not None:
                    found.append(publication)
                    self._sizes[publication.name] = path.stat().st_size
        return sorted(found, key=lambda publication: publication.at)

    def get(self, name: str) -> Publication | None:
        """The publication of that name; `None` where there is none, or none any more that could be read."""
        with self._lock:
            path = self._path(name)
            publication = self._read(path) if path.exists() else None
            if publication is None:
                self._sizes.pop(name, None)
            return publication

    def put(self, publication: Publication) -> None:
        """Writes a publication, in place of an older one of the same name. Raises `Full` where there is no room."""
        content = files.encoded(vars(publication))
        path = self._path(publication.name)
        with self._lock:
            others = {name: size for name, size in self._sizes.items() if name != publication.name}
            if len(others) >= self._most_files or sum(others.values()) + len(content) > self._most_bytes:
                raise Full(f"More than {self._most_files} workflows or {self._most_bytes // 1024 // 1024} MiB wait to be published.")
            files.write(path, content)
            self._sizes[publication.name] = len(content)

    def remove(self, name: str) -> None:
        """Forgets a publication: the façade has it, or refused it."""
        with self._lock:
            self._sizes.pop(name, None)
            try:
                os.remove(self._path(name))
            except FileNotFoundError:
                pass

    def _path(self, name: str) -> Path:
        # Names are longer than file names may be, and differ in case, which not every file system does.
        return self._folder / (hashlib.sha256(name.encode()).hexdigest()[:40] + ".json")

    def _read(self, path: Path) -> Publication | None:
        try:
            content = files.read_json(path)
            publication = Publication(**content) if content is not None else None
            if publication is None or not isinstance(publication.workflow, dict) or path != self._path(publication.name):
                raise TypeError("not a publication")
            return publication
        except files.Corrupt as corrupt:
            self._say(str(corrupt))
        except (TypeError, AttributeError):
            self._say(f"{path.name} is no publication and was set aside as {files.set_aside(path).name}.")
        except OSError as trouble:
            self._say(f"{path.name} could not be read: {trouble.strerror}.")
        return None

    def _say(self, trouble: str) -> None:
        text = f"A workflow that waited to be published is lost: {trouble}"
        self.troubles.append(text)
        log.warning(text)
