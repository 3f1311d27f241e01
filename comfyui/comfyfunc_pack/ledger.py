"""What became of the workflows that this ComfyUI published, and which file follows which name; kept over restarts."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import files

log = logging.getLogger("comfyfunc")

MOST_WORKFLOWS = 1000
MOST_FILES = 4000


@dataclass(frozen=True)
class Workflow:
    """Where a workflow stands: `published`, `pending` or `refused`, and the last version that the façade said."""

    state: str
    version: int | None = None
    at: str | None = None
    problem: dict[str, Any] | None = None


class Ledger:
    """The workflows by name, and the names by file. Lives on the pack's own loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.workflows: dict[str, Workflow] = {}
        self._names: dict[str, str] = {}
        self._load()

    def published(self, name: str, version: int | None, at: str) -> None:
        """The façade has this content as a version."""
        self._set(name, Workflow("published", version, at))

    def pending(self, name: str) -> None:
        """Newer content than the façade has waits."""
        self._set(name, replace(self._known(name), state="pending", problem=None))

    def refused(self, name: str, problem: dict[str, Any]) -> None:
        """The façade does not take the newest content."""
        self._set(name, replace(self._known(name), state="refused", problem=problem))

    def name_of(self, user: str, file: str) -> str | None:
        """The workflow that a file was published as."""
        return self._names.get(_key(user, file))

    def follow(self, user: str, file: str, name: str) -> None:
        """From now on this file is that workflow."""
        if self._names.get(_key(user, file)) == name:
            return
        self._names[_key(user, file)] = name
        while len(self._names) > MOST_FILES:
            self._names.pop(next(iter(self._names)))
        self._keep()

    def lead(self, user: str, file: str, name: str) -> None:
        """This file alone is that workflow: its author has published it by hand."""
        self._names = {key: n for key, n in self._names.items() if n != name or key == _key(user, file)}
        self.follow(user, file, name)

    def files_of(self, user: str, name: str) -> list[str]:
        """The files of one user that are that workflow."""
        return [key[len(user) + 1:] for key, n in self._names.items() if n == name and key.startswith(f"{user}/")]

    def moved(self, user: str, file: str, to: str) -> None:
        """A file has another name, and takes its workflow along; what was there before is gone."""
        name = self._names.pop(_key(user, file), None)
        replaced = self._names.pop(_key(user, to), None)
        if name is not None:
            self._names[_key(user, to)] = name
        if name is not None or replaced is not None:
            self._keep()

    def deleted(self, user: str, file: str) -> None:
        """A file is gone. The workflow stays: others call it."""
        if self._names.pop(_key(user, file), None) is not None:
            self._keep()

    def _known(self, name: str) -> Workflow:
        return self.workflows.get(name, Workflow("pending"))

    def _set(self, name: str, workflow: Workflow) -> None:
        if self.workflows.get(name) == workflow:
            return
        self.workflows.pop(name, None)
        self.workflows[name] = workflow
        while len(self.workflows) > MOST_WORKFLOWS:
            self.workflows.pop(next(iter(self.workflows)))
        self._keep()

    def _load(self) -> None:
        try:
            content = files.read_json(self._path) or {}
            self.workflows = {name: Workflow(**entry) for name, entry in content.get("workflows", {}).items()}
            self._names = {file: name for file, name in content.get("files", {}).items() if isinstance(name, str)}
        except (files.Corrupt, OSError, TypeError, AttributeError) as trouble:
            log.warning("What was published from here could not be read: %s", trouble)

    def _keep(self) -> None:
        try:
            content = {"workflows": {n: vars(w) for n, w in self.workflows.items()}, "files": self._names}
            files.write_json(self._path, content, durable=False)
        except OSError as trouble:
            log.warning("What was published from here could not be written: %s", trouble.strerror)


def _key(user: str, file: str) -> str:
    return f"{user}/{file}"
