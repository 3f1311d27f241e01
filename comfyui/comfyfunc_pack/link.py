"""How the pack stands with the façade: whether it answers, and what is wrong."""

from __future__ import annotations

from typing import Callable

from .facade import Answer, Unreachable

LOCKED = "The ComfyFunc server does not take this key for what it is used for."


class Link:
    """What the last requests said. Those who wait for the façade are woken once it answers again."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._away: str | None = None
        self._is_reached = False
        self._locked: set[str] = set()
        self._problems: dict[str, str] = {}
        self._returns: list[Callable[[], None]] = []

    @property
    def connected(self) -> bool:
        """Whether the façade answered last, and takes the key wherever it is used."""
        return self._is_reached and not self._locked

    @property
    def problem(self) -> str | None:
        """Everything that is wrong, or nothing."""
        texts = [text for text in (self._away, *self._problems.values()) if text is not None]
        return " ".join(dict.fromkeys(texts)) or None

    def on_return(self, wake: Callable[[], None]) -> None:
        """Somebody wants to be woken when the façade is back."""
        self._returns.append(wake)

    def reached(self, answer: Answer) -> None:
        """Takes note of whether somebody answered, whoever asked for what."""
        was_reached = self._is_reached
        self._away = answer.reason if isinstance(answer, Unreachable) else None
        self._is_reached = not isinstance(answer, Unreachable) and (answer.status < 300 or answer.problem is not None)
        if self._is_reached and not was_reached:
            for wake in self._returns:
                wake()
        self._changed()

    def heard(self, area: str, answer: Answer, wrong: str | None = None) -> None:
        """Takes note of an answer that an area waits for until it is a good one. `wrong` is what is wrong where the status does not say."""
        self._locked.discard(area)
        if isinstance(answer, Unreachable):
            self._problems.pop(area, None)
        elif answer.status in (401, 403):
            self._locked.add(area)
            self._problems[area] = f"{LOCKED} It said: {answer.reason}"
        else:
            self._set(area, wrong)
        self.reached(answer)

    def trouble(self, area: str, text: str | None) -> None:
        """Something is wrong, or no longer, that no answer tells."""
        self._locked.discard(area)
        self._set(area, text)
        self._changed()

    def forget(self) -> None:
        """Another server or another key: nothing of the old ones counts."""
        self._problems = {area: text for area, text in self._problems.items() if area == "spool"}
        self._locked.clear()
        self._away, self._is_reached = None, False
        self._changed()

    def _set(self, area: str, text: str | None) -> None:
        if text is None:
            self._problems.pop(area, None)
        else:
            self._problems[area] = text
