"""The time, as documents have it."""

from __future__ import annotations

from datetime import datetime, timezone


def now() -> str:
    """This moment in UTC, RFC 3339 with microseconds: what sorts as text sorts by time."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
