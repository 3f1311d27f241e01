"""Learns of ends in ComfyUI without execution lifecycles: wraps `prompt_queue.task_done`, which writes the history."""

from __future__ import annotations

import functools
import logging
from typing import Any, Callable

log = logging.getLogger("comfyfunc")

Ended = Callable[[str, str], None]


def install(queue: Any, ended: Ended) -> None:
    """Wraps one queue's `task_done`. Its signature is ComfyUI's business, and so are others who wrap it."""
    of_instance = vars(queue).get("task_done")

    def task_done(*arguments: Any, **named: Any) -> Any:
        # Looked up anew where it is the class's own: a pack that loads after this one may wrap it there.
        original = of_instance if of_instance is not None else functools.partial(type(queue).task_done, queue)
        prompt_id = _prompt_id(queue, arguments, named)
        result = original(*arguments, **named)
        if prompt_id is not None:
            _tell(ended, prompt_id, arguments, named)
        return result

    queue.task_done = task_done


def outcome(status: Any) -> str:
    """`success`, `error` or `interrupted`: ComfyUI calls an interrupted prompt an error whose messages say so."""
    for message in reversed(getattr(status, "messages", None) or ()):
        if isinstance(message, (list, tuple)) and message and message[0] == "execution_interrupted":
            return "interrupted"
    return "success" if getattr(status, "status_str", None) == "success" else "error"


def _prompt_id(queue: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> str | None:
    """Asked before: `task_done` takes the prompt out of those that run."""
    try:
        item_id = arguments[0] if arguments else named["item_id"]
        return str(queue.currently_running[item_id][1])
    except Exception:  # Whatever is odd here is for ComfyUI to stumble over.
        return None


def _tell(ended: Ended, prompt_id: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    try:
        ended(prompt_id, outcome(arguments[2] if len(arguments) > 2 else named.get("status")))
    except Exception:  # The thread that executes prompts must never end because of this.
        log.exception("The end of a prompt could not be noted.")
