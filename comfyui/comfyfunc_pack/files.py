"""Files that survive a crash: written whole or not at all, and set aside where they cannot be read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


MODE = 0o600


class Corrupt(Exception):
    """A file that is no JSON object. It has been set aside."""


def encoded(value: Any) -> bytes:
    """A value as the files hold it."""
    return json.dumps(value, separators=(",", ":")).encode()


def write_json(path: Path, value: Any, durable: bool = True) -> None:
    """Writes a value into a file that its owner alone may read."""
    write(path, encoded(value), durable)


def write(path: Path, content: bytes, durable: bool = True) -> None:
    """Writes beside the file and takes its place. If durable, there is the old one or the new one even after a power failure."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE)
    with os.fdopen(descriptor, "wb") as file:
        # A file that a crash left there keeps the mode that it was made with.
        _restrict(beside)
        file.write(content)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    os.replace(beside, path)
    if durable:
        _sync_folder(path.parent)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in the file; `None` where there is no file. Raises `Corrupt` once it has set a broken file aside."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return value
    aside = set_aside(path)
    raise Corrupt(f"{path.name} could not be read and was set aside as {aside.name}.")


def set_aside(path: Path) -> Path:
    """Takes a broken file out of the way, under a name that nothing reads; the last one of that name is kept."""
    aside = path.with_name(f"{path.name}.corrupt")
    os.replace(path, aside)
    return aside


def _restrict(path: Path) -> None:
    try:
        os.chmod(path, MODE)
    except OSError:
        pass  # Some file systems know no modes.


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows opens no folders.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # Some network file systems refuse it; the file itself is written.
    finally:
        os.close(descriptor)
