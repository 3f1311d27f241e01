"""What this ComfyUI has to offer: its node classes and models, its memory. Read off every loop."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import Any

from .comfy_host import ComfyHost

log = logging.getLogger("comfyfunc")

# Folders of folder_paths that hold no models.
NO_MODELS = ("custom_nodes", "configs")
# The façade takes no more.
MOST_FOLDERS = 200


@dataclass(frozen=True)
class Inventory:
    """Counts of models by folder, and a hash that changes when a class or a model comes or goes."""

    models: dict[str, int]
    hash: str | None


def take(host: ComfyHost) -> Inventory:
    """Counts. folder_paths keeps its lists and only looks at the folders' times; making /object_info would call every node."""
    names = _models(host)
    classes = getattr(host.module("nodes"), "NODE_CLASS_MAPPINGS", None)
    if not names and classes is None:
        return Inventory({}, None)
    digest = hashlib.sha256()
    for name in sorted(str(c) for c in list(classes or ())):
        digest.update(f"class {name}\n".encode())
    for folder in sorted(names):
        for file in sorted(names[folder]):
            digest.update(f"model {folder} {file}\n".encode("utf-8", "surrogateescape"))
    counted = sorted(names, key=lambda folder: (-len(names[folder]), folder))[:MOST_FOLDERS]
    return Inventory({folder: len(names[folder]) for folder in sorted(counted)}, digest.hexdigest())


def memory(host: ComfyHost) -> dict[str, int] | None:
    """The GPU's memory in bytes, in all and free; `None` where ComfyUI does not say."""
    management = host.module("comfy.model_management")
    try:
        device = management.get_torch_device()  # type: ignore[union-attr]
        total, free = management.get_total_memory(device), management.get_free_memory(device)  # type: ignore[union-attr]
        return {"total": int(total), "free": int(free)}
    except Exception:  # A driver's trouble is no reason for a host to fall silent.
        return None


def _models(host: ComfyHost) -> dict[str, list[str]]:
    paths: Any = host.module("folder_paths")
    found: dict[str, list[str]] = {}
    for folder in list(getattr(paths, "folder_names_and_paths", ())):
        if folder in NO_MODELS:
            continue
        try:
            found[folder] = [str(file) for file in paths.get_filename_list(folder)]
        except Exception as trouble:  # A folder on a drive that is gone.
            log.debug("The models in %s could not be counted: %s", folder, trouble)
    return found
