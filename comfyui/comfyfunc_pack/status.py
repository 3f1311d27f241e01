"""The status document: what the page shows of the pack. No key's value is in any document."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from . import VERSION
from .heartbeat import Heartbeat
from .ledger import Ledger, Workflow
from .link import Link
from .settings import ALL, Setting, Settings


def document(settings: Settings, link: Link, heartbeat: Heartbeat, ledger: Ledger, pending: list[str]) -> dict[str, Any]:
    """Everything that the page wants to know."""
    facade = settings.value("facadeUrl")
    faults = " ".join(fault.detail for fault in settings.faults)
    return {
        "version": VERSION,
        "facade": facade,
        "connected": link.connected,
        "problem": " ".join(text for text in (faults, link.problem) if text) or None,
        "hostId": heartbeat.host_id,
        "hostState": heartbeat.state,
        "hostReason": heartbeat.reason,
        "pending": pending,
        "workflows": {name: _workflow(facade, name, workflow) for name, workflow in ledger.workflows.items()},
        "settings": {setting.name: _setting(settings, setting) for setting in ALL},
    }


def _workflow(facade: str | None, name: str, workflow: Workflow) -> dict[str, Any]:
    url = f"{facade}/api/workflows/{quote(name, safe='')}" if facade else None
    return {"version": workflow.version, "at": workflow.at, "state": workflow.state, "problem": workflow.problem, "url": url}


def _setting(settings: Settings, setting: Setting) -> dict[str, Any]:
    now = settings.at(setting.name)
    shown: dict[str, Any] = {"value": None if setting.secret else now.value, "source": now.source, "default": setting.default}
    if setting.secret:
        shown["isSet"] = now.value is not None
    return shown
