"""The pack's settings: what each may be, and where it comes from. The environment wins over what the page kept."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Mapping
from urllib.parse import urlsplit

from . import files, names


class Invalid(ValueError):
    """A value that a setting cannot have; its text says what it can have."""


@dataclass(frozen=True)
class Setting:
    """One setting: its name, the environment variable that wins over it, its default, and what reads a value of it."""

    name: str
    variable: str
    default: Any
    read: Callable[[Any], Any]
    secret: bool = False


@dataclass(frozen=True)
class Value:
    """What a setting is at the moment, and where that comes from: `environment`, `settings` or `default`."""

    value: Any
    source: str


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a setting."""

    setting: str
    detail: str


def _address(value: Any) -> str | None:
    if value is None or value == "":
        return None
    fault = "an http or https address without user, query or fragment, such as https://comfyfunc.example.net"
    if not isinstance(value, str) or any(c.isspace() or ord(c) < 32 for c in value):
        raise Invalid(fault)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc or parts.query or parts.fragment:
        raise Invalid(fault)
    return value.rstrip("/")


def _key(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > 512 or not all("!" <= c <= "~" for c in value):
        raise Invalid("a key that the ComfyFunc server takes: up to 512 letters, digits and signs, no spaces")
    return value


def _host_id(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not names.is_safe(value):
        raise Invalid(names.RULE)
    return str(value)


def _choice(*allowed: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in allowed:
            raise Invalid("one of " + ", ".join(allowed))
        return str(value)

    return read


def _number(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        number = value
        if isinstance(value, float) and value.is_integer():
            number = int(value)
        elif isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
            number = int(value)
        if type(number) is not int or not least <= number <= most:
            raise Invalid(f"a whole number from {least} to {most}")
        return number

    return read


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in ("true", "1", "yes", "on"):
        return True
    if word in ("false", "0", "no", "off"):
        return False
    raise Invalid("true or false")


def _labels(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 2000:
        raise Invalid("labels such as gpu=h100,zone=eu")
    labels_of(value)
    return value


def labels_of(text: str) -> dict[str, str]:
    """`gpu=h100,zone=eu` as the façade takes it."""
    labels: dict[str, str] = {}
    for pair in (p.strip() for p in text.split(",")):
        if not pair:
            continue
        name, sign, value = (part.strip() for part in pair.partition("="))
        if not sign or not name or not value or name in labels:
            raise Invalid("labels such as gpu=h100,zone=eu, each with a name of its own and a value")
        labels[name] = value
    return labels


ALL: tuple[Setting, ...] = (
    Setting("facadeUrl", "COMFYFUNC_URL", None, _address),
    Setting("key", "COMFYFUNC_KEY", None, _key, secret=True),
    Setting("functionKey", "COMFYFUNC_FUNCTION_KEY", None, _key, secret=True),
    Setting("hostId", "COMFYFUNC_HOST_ID", None, _host_id),
    Setting("address", "COMFYFUNC_ADDRESS", None, _address),
    Setting("autoPublish", "COMFYFUNC_AUTO_PUBLISH", "on", _choice("off", "ask", "on")),
    Setting("heartbeatSeconds", "COMFYFUNC_HEARTBEAT", 30, _number(5, 600)),
    Setting("labels", "COMFYFUNC_LABELS", "", _labels),
    Setting("slots", "COMFYFUNC_SLOTS", 2, _number(1, 64)),
    Setting("register", "COMFYFUNC_REGISTER", True, _flag),
    Setting("sync", "COMFYFUNC_SYNC", True, _flag),
)

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in ALL}


class HeldByEnvironment(Exception):
    """Settings that the environment holds cannot be changed by the page."""

    def __init__(self, held: list[Fault]) -> None:
        super().__init__("The environment holds these settings.")
        self.faults = held


class Unacceptable(Exception):
    """A change of settings with everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("These settings are not acceptable.")
        self.faults = faults


class Settings:
    """The settings in force, and the file in which the page's ones are kept."""

    def __init__(self, path: Path, environment: Mapping[str, str] | None = None) -> None:
        self._path = path
        self.faults: list[Fault] = []
        self._environment = self._read(
            {s.name: v for s in ALL if (v := (os.environ if environment is None else environment).get(s.variable, ""))},
            lambda name: BY_NAME[name].variable,
        )
        self._kept = self._read(self._load(), lambda name: name)

    def value(self, name: str) -> Any:
        """What a setting is."""
        return self.at(name).value

    def at(self, name: str) -> Value:
        """What a setting is and where that comes from."""
        if name in self._environment:
            return Value(self._environment[name], "environment")
        if name in self._kept:
            return Value(self._kept[name], "settings")
        return Value(BY_NAME[name].default, "default")

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Takes and keeps the values that the page sent, all or none. `None` gives a setting its default back."""
        faults = [Fault(name, "There is no such setting.") for name in wanted if name not in BY_NAME]
        held = [Fault(name, f"{BY_NAME[name].variable} holds it.") for name in wanted if name in self._environment]
        read: dict[str, Any] = {}
        for name, value in wanted.items():
            try:
                if name in BY_NAME and value is not None:
                    read[name] = BY_NAME[name].read(value)
            except Invalid as invalid:
                faults.append(Fault(name, f"{name} is {invalid}."))
        if faults:
            raise Unacceptable(faults)
        if held:
            raise HeldByEnvironment(held)
        kept = {k: v for k, v in {**self._kept, **read}.items() if k in read or k not in wanted}
        if self._leaves_server(read, wanted):
            # Whoever can open this page could otherwise have the keys sent to a server of their own.
            kept = {k: v for k, v in kept.items() if k in wanted or not BY_NAME[k].secret}
        files.write_json(self._path, kept)
        self._kept = kept
        self.faults = [f for f in self.faults if f.setting not in wanted and f.setting != "settings"]

    def _leaves_server(self, read: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        before, after = self._kept.get("facadeUrl"), read.get("facadeUrl")
        return "facadeUrl" in wanted and bool(before) and urlsplit(before).hostname != urlsplit(after or "").hostname

    def _load(self) -> dict[str, Any]:
        try:
            return files.read_json(self._path) or {}
        except (files.Corrupt, OSError) as trouble:
            self.faults.append(Fault("settings", str(trouble)))
            return {}

    def _read(self, raw: Mapping[str, Any], called: Callable[[str], str]) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for name, value in raw.items():
            if name not in BY_NAME:
                continue
            try:
                read[name] = BY_NAME[name].read(value)
            except Invalid as invalid:
                self.faults.append(Fault(name, f"{called(name)} is {invalid}; it is left out."))
        return read
