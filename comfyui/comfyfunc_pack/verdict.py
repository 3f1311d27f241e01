"""What an answer of the façade means for a publication."""

from __future__ import annotations

import enum

from .facade import Answer, Unreachable


class Verdict(enum.Enum):
    """What becomes of a publication."""

    SAVED = "saved"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    # The key is wrong: nothing is lost, somebody has to give another.
    LOCKED = "locked"
    LATER = "later"


def verdict(answer: Answer) -> Verdict:
    """Only a problem document of the façade itself refuses: a proxy's 404 says nothing of a workflow."""
    if isinstance(answer, Unreachable):
        return Verdict.LATER
    if answer.status in (200, 201) and isinstance(answer.body, dict):
        return Verdict.SAVED if answer.status == 201 else Verdict.UNCHANGED
    if answer.status in (401, 403):
        return Verdict.LOCKED
    problem = answer.problem
    passes = answer.status in (408, 425, 429) or (problem is not None and problem["code"] == "conflict")
    if 400 <= answer.status < 500 and problem is not None and not passes:
        return Verdict.REFUSED
    return Verdict.LATER
