"""The ComfyUI that the pack lives in. Nothing else of the pack knows ComfyUI's modules."""

from __future__ import annotations

import importlib
import logging
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

log = logging.getLogger("comfyfunc")

EVERYWHERE = ("0.0.0.0", "::", "")


class ComfyHost:
    """What the pack asks of ComfyUI: where it listens, who looks at it, what it holds."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self._pages_seen = False

    @property
    def is_listening(self) -> bool:
        """ComfyUI sets its address once it listens, long after packs are loaded."""
        return hasattr(self.server, "port")

    @property
    def port(self) -> int:
        """The port that ComfyUI listens on, or is going to."""
        return int(getattr(self.server, "port", None) or getattr(self._arguments(), "port", None) or 8188)

    @property
    def listens_on(self) -> str:
        """The address that ComfyUI was told to listen on."""
        address = getattr(self.server, "address", None) or getattr(self._arguments(), "listen", None) or "127.0.0.1"
        return str(address).split(",")[0]

    @property
    def scheme(self) -> str:
        """https where ComfyUI was given a certificate."""
        arguments = self._arguments()
        return "https" if getattr(arguments, "tls_keyfile", None) and getattr(arguments, "tls_certfile", None) else "http"

    @property
    def own_url(self) -> str:
        """Where this process reaches its own ComfyUI."""
        address = "127.0.0.1" if self.listens_on in EVERYWHERE else self.listens_on
        return f"{self.scheme}://{bracketed(address)}:{self.port}"

    @property
    def user_directory(self) -> Path:
        """The folder below which ComfyUI keeps what belongs to its users."""
        return Path(importlib.import_module("folder_paths").get_user_directory())

    def user_of(self, request: Any) -> str:
        """Whose files a request is about: `default` unless ComfyUI has several users."""
        try:
            return str(self.server.user_manager.get_request_user_id(request))
        except (AttributeError, KeyError):
            return "default"

    def page_seen(self) -> None:
        """A page with the pack has asked for something."""
        self._pages_seen = True

    @property
    def has_page(self) -> bool:
        """Whether a page with the pack is open, as far as one can know: it has asked once, and a socket is open."""
        return self._pages_seen and bool(getattr(self.server, "sockets", None))

    def tell_pages(self, event: str, data: Any) -> None:
        """Sends an event to every page. May be called from any thread."""
        try:
            self.server.send_sync(event, data)
        except Exception as trouble:  # A closed loop while ComfyUI stops; other packs wrap this, too.
            log.debug("The pages could not be told %s: %s", event, trouble)

    def queue_counts(self) -> dict[str, int] | None:
        """How many prompts execute and how many wait."""
        queue = getattr(self.server, "prompt_queue", None)
        try:
            return {"running": len(queue.currently_running), "pending": len(queue.queue)}
        except (AttributeError, TypeError):
            return None

    @staticmethod
    def module(name: str) -> ModuleType | None:
        """A module of ComfyUI that is loaded already. Nothing is imported only to be counted."""
        return sys.modules.get(name)

    @staticmethod
    def _arguments() -> Any:
        return getattr(sys.modules.get("comfy.cli_args"), "args", None)


def bracketed(address: str) -> str:
    """An address as URLs have it."""
    return f"[{address}]" if ":" in address else address


def is_loopback(address: str) -> bool:
    """Whether an address means this machine to everybody."""
    return address in ("localhost", "::1") or address.startswith("127.")


def local_address_towards(url: str) -> str:
    """The address of this machine that a socket towards the façade has. Nothing is sent. Asks the resolver: not on a loop."""
    parts = urlsplit(url)
    family, kind, protocol, _, address = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.connect(address)
        return str(probe.getsockname()[0])
