"""How long to wait before trying again: longer each time, and never all hosts at once."""

from __future__ import annotations

import random
from typing import Callable

FIRST = 0.5
LONGEST = 30.0


class Backoff:
    """Counts the tries that went wrong in a row."""

    def __init__(self, dice: Callable[[], float] = random.random) -> None:
        self._dice = dice
        self._failures = 0

    def next(self, asked: float | None = None) -> float:
        """Seconds until the next try: between half and all of a doubled time, or what the façade asked for, 300 at most."""
        self._failures = min(self._failures + 1, 16)
        ceiling = min(LONGEST, FIRST * 2 ** (self._failures - 1))
        own = ceiling * (0.5 + self._dice() / 2)
        return own if asked is None else min(max(asked, own), 300.0)

    def reset(self) -> None:
        """It went well."""
        self._failures = 0
