"""Problem documents of the pack's own, in the form of the façade's."""

from __future__ import annotations

from typing import Any, Sequence

from .settings import Fault


def problem(status: int, code: str, title: str, detail: str, errors: Sequence[dict[str, str]] = ()) -> dict[str, Any]:
    """A problem document."""
    document: dict[str, Any] = {
        "type": f"urn:comfyfunc:fault:{code}", "title": title, "status": status, "detail": detail, "code": code,
    }
    if errors:
        document["errors"] = list(errors)
    return document


def of_faults(status: int, code: str, title: str, faults: Sequence[Fault]) -> dict[str, Any]:
    """A problem document with everything that is wrong."""
    errors = [{"pointer": "/" + f.setting.replace("~", "~0").replace("/", "~1"), "detail": f.detail} for f in faults]
    return problem(status, code, title, " ".join(f.detail for f in faults), errors)
