"""What the pack reads in ComfyUI's graphs and prompts: the marker, the content that counts, the node classes."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Iterator

from . import names

# Far more than any workflow has; a broken file must not make the pack ask for a million classes.
MOST_CLASSES = 500


def published_name(graph: Any) -> str | None:
    """The name under which its author published this graph: `extra.comfyfunc.name`."""
    extra = graph.get("extra") if isinstance(graph, dict) else None
    marker = extra.get("comfyfunc") if isinstance(extra, dict) else None
    name = marker.get("name") if isinstance(marker, dict) else None
    return name if names.is_safe(name) else None


def is_graph(value: Any) -> bool:
    """Whether this is what ComfyUI saves: an object with a list of nodes."""
    return isinstance(value, dict) and isinstance(value.get("nodes"), list)


def content_hash(graph: dict[str, Any]) -> str:
    """The hash of what counts in a graph: neither the window's position nor the marker does."""
    extra = graph.get("extra")
    kept = {k: v for k, v in extra.items() if k not in ("ds", "comfyfunc")} if isinstance(extra, dict) else {}
    counted = {**graph, "extra": kept}
    return hashlib.sha256(json.dumps(counted, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def node_classes(graph: Any, prompt: Any) -> list[str]:
    """The node classes that a graph and its prompt name, also within subgraphs and groups; sorted."""
    found = set(_classes_of_prompt(prompt))
    found.update(_classes_of_graph(graph, depth=0))
    return sorted(found)[:MOST_CLASSES]


def _classes_of_prompt(prompt: Any) -> Iterator[str]:
    for node in prompt.values() if isinstance(prompt, dict) else ():
        if isinstance(node, dict) and isinstance(node.get("class_type"), str):
            yield node["class_type"]


def _classes_of_graph(graph: Any, depth: int) -> Iterator[str]:
    if not isinstance(graph, dict) or depth > 32:
        return
    for node in _list(graph, "nodes"):
        if isinstance(node, dict) and isinstance(node.get("type"), str):
            yield node["type"]
    for subgraph in _list(graph.get("definitions"), "subgraphs"):
        yield from _classes_of_graph(subgraph, depth + 1)
    extra = graph.get("extra")
    groups = extra.get("groupNodes") if isinstance(extra, dict) else None
    for group in groups.values() if isinstance(groups, dict) else ():
        yield from _classes_of_graph(group, depth + 1)


def _list(holder: Any, member: str) -> list[Any]:
    value = holder.get(member) if isinstance(holder, dict) else None
    return value if isinstance(value, list) else []
