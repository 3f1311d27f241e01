"""How the pack stands with the façade: whether it answers, and what is wrong."""

from __future__ import annotations

from typing import Callable

from .facade import Answer, Unreachable

LOCKED = "The ComfyFunc server does not take this key for what it is used for."


class Link:
    """What the last requests said. Those who wait for the façade are woken once it answers again."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._problems: dict[str, str] = {}
        self._returns: list[Callable[[], None]] = []
        self.connected = False

    @property
    def problem(self) -> str | None:
        """Everything that is wrong, or nothing."""
        return " ".join(dict.fromkeys(self._problems.values())) or None

    def on_return(self, wake: Callable[[], None]) -> None:
        """Somebody wants to be woken when the façade is back."""
        self._returns.append(wake)

    def heard(self, area: str, answer: Answer, wrong: str | None = None) -> None:
        """Takes note of an answer. `wrong` is what is wrong with it where its status does not say so."""
        if isinstance(answer, Unreachable):
            self._note(False, area, answer.reason)
        elif answer.status in (401, 403):
            self._note(False, area, f"{LOCKED} It said: {answer.reason}")
        else:
            self._note(answer.status < 300 or answer.problem is not None, area, wrong)

    def trouble(self, area: str, text: str | None) -> None:
        """Something is wrong, or no longer, that no answer tells."""
        self._note(self.connected, area, text)

    def forget(self) -> None:
        """Another server or another key: nothing of the old ones counts."""
        self._problems = {a: t for a, t in self._problems.items() if a in ("settings", "spool")}
        self.connected = False
        self._changed()

    def _note(self, connected: bool, area: str, text: str | None) -> None:
        returned = connected and not self.connected
        self.connected = connected
        if text is None:
            self._problems.pop(area, None)
        else:
            self._problems[area] = text
        if returned:
            # What another area could not do for want of an answer, it may do now.
            for wake in self._returns:
                wake()
        self._changed()
