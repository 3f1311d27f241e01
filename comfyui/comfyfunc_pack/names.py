"""What workflows and hosts may be called: the rule of the façade, so that it is told before anything is sent."""

from __future__ import annotations

import platform

RULE = "1 to 100 letters, digits, spaces, dots, dashes and underscores, beginning and ending with a letter or digit"


def is_safe(name: object) -> bool:
    """Whether the façade takes this name."""
    return (
        isinstance(name, str)
        and 1 <= len(name) <= 100
        and _is_letter_or_digit(name[0])
        and _is_letter_or_digit(name[-1])
        and all(_is_letter_or_digit(c) or c in " .-_" for c in name)
    )


def default_host_id(port: int) -> str:
    """The machine's name in a safe form, with the port where it is not ComfyUI's usual one."""
    machine = "".join(c if _is_letter_or_digit(c) or c in ".-_" else "-" for c in platform.node())
    machine = machine.strip(".-_")[:80].strip(".-_") or "comfyui"
    return machine if port == 8188 else f"{machine}-{port}"


def _is_letter_or_digit(character: str) -> bool:
    return character.isalpha() or character.isdecimal()
