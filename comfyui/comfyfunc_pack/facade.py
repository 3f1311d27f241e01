"""Speaks to the façade: one method, answers as values, each key in one header and nowhere else."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Mapping, Union

import aiohttp

from . import VERSION
from .worker import off_loop

# A contract of thousands of inputs has some hundred kilobytes.
LONGEST_ANSWER = 16 * 1024 * 1024


@dataclass(frozen=True)
class Reply:
    """What the façade answered. `body` is `None` where that was no JSON."""

    status: int
    body: Any
    retry_after: float | None = None

    @property
    def problem(self) -> dict[str, Any] | None:
        """The problem document, where the answer is one of the façade's own and not of something between."""
        return self.body if self.status >= 400 and isinstance(self.body, dict) and isinstance(self.body.get("code"), str) else None

    @property
    def reason(self) -> str:
        """Why it did not go well, in words."""
        problem = self.problem
        if problem is not None:
            return str(problem.get("detail") or problem.get("title") or problem["code"])
        if 300 <= self.status < 400:
            return "The address of the ComfyFunc server leads elsewhere (redirects are not followed)."
        if self.status == 401:
            return "What answers at the address of the ComfyFunc server said 401, as an app on Azure does that wants a function key."
        return f"What answers at the address of the ComfyFunc server said {self.status}."


@dataclass(frozen=True)
class Unreachable:
    """Nobody answered in time, or not in HTTP."""

    reason: str


Answer = Union[Reply, Unreachable]


@dataclass(frozen=True)
class Door:
    """Where the façade is and what opens it: a caller's key, and the function key of an app on Azure."""

    url: str
    key: str | None = field(default=None, repr=False)
    function_key: str | None = field(default=None, repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """What each request to the façade has, and none to anybody else."""
        return {**({"Authorization": f"Bearer {self.key}"} if self.key else {}),
                **({"x-functions-key": self.function_key} if self.function_key else {})}


class Facade:
    """The façade's client. Lives on the pack's own loop; every request has a deadline."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def send(self, door: Door, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None,
                   deadline: float = 15.0) -> Answer:
        """Sends one request. Whatever happens on the way is `Unreachable`, never an exception."""
        try:
            return await asyncio.wait_for(self._send(door, method, path, body, query), deadline)
        except asyncio.TimeoutError:
            return Unreachable(f"The ComfyFunc server did not answer within {deadline:g} s.")
        except aiohttp.ClientError as trouble:
            return Unreachable(f"The ComfyFunc server cannot be reached: {_said(trouble)}.")
        except (OSError, ValueError) as trouble:
            return Unreachable(f"The ComfyFunc server cannot be reached: {_said(trouble)}.")

    async def close(self) -> None:
        """Gives the connections back."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _send(self, door: Door, method: str, path: str, body: Any, query: Mapping[str, str] | None) -> Reply:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={"User-Agent": f"comfyfunc-pack/{VERSION}"},
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=5),
            )
        headers = door.headers
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = await off_loop(_encoded, body)
        async with self._session.request(
            method, door.url + path, data=data, headers=headers, params=query, allow_redirects=False,
        ) as response:
            content = await _content(response.content)
            return Reply(response.status, _decoded(content), _seconds(response.headers.get("Retry-After")))


async def _content(stream: aiohttp.StreamReader) -> bytes:
    parts: list[bytes] = []
    length = 0
    async for part in stream.iter_any():
        length += len(part)
        if length > LONGEST_ANSWER:
            return b""
        parts.append(part)
    return b"".join(parts)


def _encoded(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() and len(retry_after) < 6 else None


def _said(trouble: BaseException) -> str:
    # Only what the operating system says: texts of requests could repeat what was sent.
    error = getattr(trouble, "os_error", None) or trouble
    return getattr(error, "strerror", None) or type(trouble).__name__
