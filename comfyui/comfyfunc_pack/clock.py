"""The time, as documents have it."""

from __future__ import annotations

import time
from datetime import datetime, timezone


def now() -> str:
    """This moment."""
    return text(time.time())


def text(moment: float) -> str:
    """A moment in UTC, RFC 3339 with microseconds: what sorts as text sorts by time."""
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
