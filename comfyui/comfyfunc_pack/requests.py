"""Reads what the page sends: valid, or everything that is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from . import clock, graph, names
from .problems import problem
from .spool import Publication


class Refused(Exception):
    """A request with everything that is wrong, as a problem document."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__(document["detail"])
        self.document = document


@dataclass(frozen=True)
class PublishRequest:
    """What the page wants published, or only checked."""

    publication: Publication
    validate_only: bool


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refused(problem(400, "invalid_request", "The request cannot be read", "The body is a JSON object."))
    return value


def read_publish(body: bytes) -> PublishRequest:
    """`{"name","workflow","prompt"?,"file"?,"validateOnly"?}`."""
    content = read_object(body)
    faults: list[dict[str, str]] = []
    name, workflow, prompt, file = (content.get(member) for member in ("name", "workflow", "prompt", "file"))
    validate_only = content.get("validateOnly", False)
    if not names.is_safe(name):
        faults.append({"pointer": "/name", "detail": f"A workflow's name is {names.RULE}."})
    if not graph.is_graph(workflow):
        faults.append({"pointer": "/workflow", "detail": "workflow is a graph as ComfyUI saves it."})
    if prompt is not None and not isinstance(prompt, dict):
        faults.append({"pointer": "/prompt", "detail": "prompt is an object."})
    if file is not None and not isinstance(file, str):
        faults.append({"pointer": "/file", "detail": "file is the path of the saved file."})
    if not isinstance(validate_only, bool):
        faults.append({"pointer": "/validateOnly", "detail": "validateOnly is true or false."})
    if faults:
        detail = " ".join(fault["detail"] for fault in faults)
        raise Refused(problem(400, "invalid_request", "The request cannot be read", detail, faults))
    publication = Publication(str(name), file, workflow, prompt, graph.content_hash(workflow), clock.now())
    return PublishRequest(publication, validate_only)
