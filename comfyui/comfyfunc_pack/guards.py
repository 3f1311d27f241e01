"""Keeps foreign web pages away from the pack's routes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from .problems import problem

PAGE_HEADER = "ComfyFunc-Page"


def objection(request: web.Request, changes: bool) -> dict[str, Any] | None:
    """Why this request is refused, as a problem document; `None` where it may pass."""
    if not _is_own_page(request):
        return _forbidden("This request comes from another web page.")
    if changes and request.headers.get(PAGE_HEADER) != "1":
        return _forbidden(f"Requests that change something have the header {PAGE_HEADER}: 1.")
    if changes and request.content_type != "application/json":
        return _forbidden("Requests that change something have Content-Type: application/json.")
    return None


def _is_own_page(request: web.Request) -> bool:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
        asked = urlsplit(f"{parts.scheme}://{request.headers.get('Host', '')}")
        return bool(parts.hostname) and (parts.hostname, _port(parts)) == (asked.hostname, _port(asked))
    except ValueError:
        return False


def _port(parts: Any) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _forbidden(detail: str) -> dict[str, Any]:
    return problem(403, "forbidden", "Not from here", detail)
