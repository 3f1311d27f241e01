"""Keeps copies of published workflows from taking their place: *Save as* copies the marker, too."""

from __future__ import annotations

from typing import Any, Callable

from .ledger import Ledger
from .problems import problem

# The façade writes published workflows there, and whoever edits one of these means the workflow itself.
SYNCED = "workflows/ComfyFunc/"


def objection(is_file: Callable[[str, str], bool], ledger: Ledger, user: str, file: str, name: str) -> dict[str, Any] | None:
    """Why a saved file is not published under the name that it is marked with; `None` where it may be."""
    if file.startswith(SYNCED) or ledger.name_of(user, file) == name:
        return None
    others = (f for f in ledger.files_of(user, name) if not f.startswith(SYNCED) and is_file(user, f))
    other = next(others, None)
    if other is None:
        return None
    return problem(
        409, "conflict", "A copy of a published workflow",
        f"'{name}' follows {other}, of which {file} is a copy. Publish {file} by hand, under this name or another, to have it followed.")
