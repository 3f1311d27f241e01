#!/usr/bin/env python3
"""Tries a ComfyFunc server from its health to a run's output, and leaves nothing behind.

    python3 scripts/smoke.py https://func-….azurewebsites.net/api

Keys come from the environment and go into headers alone: COMFYFUNC_KEY is a caller's (role author), COMFYFUNC_FUNCTION_KEY a function
key of Azure.
It ends with 0, or names in one line what failed and ends with 1. Python 3.9, nothing else.
"""

import argparse
import hashlib
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request

# Nodes that every ComfyUI has, and no model: what is tried is the way, not the GPU.
PROMPT = {
    "1": {
        "class_type": "EmptyImage",
        "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 4620980},
        "_meta": {"title": "Empty Image [canvas]"},
    },
    "2": {
        "class_type": "SaveImage",
        "inputs": {"filename_prefix": "smoke", "images": ["1", 0]},
        "_meta": {"title": "Save Image [picture]"},
    },
}


class Failed(Exception):
    """What a step found instead of what it wanted."""


class Server:
    """The API below one address, asked with the keys of the environment."""

    def __init__(self, base: str, patience: float) -> None:
        self.base = base.rstrip("/")
        self.patience = patience
        self.keys = {
            header: prefix + os.environ[name]
            for name, header, prefix in (
                ("COMFYFUNC_KEY", "Authorization", "Bearer "),
                ("COMFYFUNC_FUNCTION_KEY", "x-functions-key", ""),
            )
            if os.environ.get(name)
        }

    def ask(self, verb, path, body=None, wanted=(200,), **headers):
        """The status and the JSON of an answer. One that is not wanted fails, with what it says of itself."""
        status, content = fetch(
            f"{self.base}/{path}",
            verb,
            None if body is None else json.dumps(body).encode(),
            {**self.keys, "Content-Type": "application/json", **headers},
            self.patience,
        )
        if status not in wanted:
            raise Failed(f"{verb} /{path} was answered {status}{said(content)}")
        try:
            return status, json.loads(content) if content else None
        except ValueError:
            raise Failed(f"{verb} /{path} was answered {status}, but not with JSON") from None


class Staying(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: keys would go along."""

    def redirect_request(self, *_):
        return None


opener = urllib.request.build_opener(Staying())


def fetch(url, verb="GET", body=None, headers=None, patience=60.0):
    try:
        request = urllib.request.Request(url, data=body, headers=headers or {}, method=verb)
        with opener.open(request, timeout=patience) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except (OSError, ValueError) as error:
        raise Failed(f"{url.split('?')[0]} cannot be reached: {getattr(error, 'reason', error)}") from None


def said(content: bytes) -> str:
    """What a problem says: its code and detail, else how it begins."""
    try:
        problem = json.loads(content)
        return f", {problem.get('code')}: {problem.get('detail') or problem.get('title')}"
    except (ValueError, AttributeError):
        text = " ".join(content.decode(errors="replace").split())[:120]
        return f": {text}" if text else ""


def health(server, state):
    state["version"] = server.ask("GET", "health")[1].get("version")
    return f"version {state['version']}"


def ready(server, state):
    until = time.monotonic() + server.patience
    while True:
        status, answer = server.ask("GET", "ready", wanted=(200, 503))
        if status == 503:
            raise Failed(answer.get("reason") or "storage does not serve")
        state["hosts"] = answer["hosts"]
        # Hosts that have only just been named are looked at first.
        if answer["hosts"]["ready"] or not answer["hosts"]["total"] or time.monotonic() > until:
            break
        time.sleep(1)
    return f"{answer['hosts']['ready']} of {answer['hosts']['total']} hosts"


def save(server, state):
    name = f"smoke-{secrets.token_hex(4)}"
    contract = server.ask("PUT", f"workflows/{name}", PROMPT, wanted=(200, 201))[1]
    state["workflow"] = name
    return f"{name} version {contract.get('version')}"


def run(server, state):
    if not state["hosts"]["ready"]:
        raise Failed(f"no host is ready ({state['hosts']['total']} in the pool): register one, or say --without-run")
    until = time.monotonic() + server.patience
    wait = max(1, min(60, int(server.patience)))
    _, answer = server.ask("POST", f"workflows/{state['workflow']}", {"canvas": {"color": secrets.randbelow(1 << 24)}}, (200, 202),
                           Prefer=f"wait={wait}")
    state["run"] = answer["id"]
    while answer["status"] in ("queued", "running", "canceling"):
        if time.monotonic() > until:
            raise Failed(f"run {state['run']} is {answer['status']} after {server.patience:.0f} s")
        _, answer = server.ask("GET", f"runs/{state['run']}", wanted=(200,), Prefer="wait=5")
    if answer["status"] != "succeeded":
        error = answer.get("error") or {}
        raise Failed(f"run {state['run']} {answer['status']}: {error.get('code')}: {error.get('message')}")
    state["file"] = answer["outputs"]["picture"][0]
    return f"{state['run']} on {answer.get('host')}"


def output(server, state):
    file = state["file"]
    # The link is for whoever has it: no key goes there.
    status, content = fetch(file["url"], patience=server.patience)
    if status != 200:
        raise Failed(f"the link of {file['name']} was answered {status}{said(content)}")
    if len(content) != file["bytes"] or hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise Failed(f"{file['name']} is not the file that the run says it is: {len(content)} bytes of {file['bytes']}")
    return f"{len(content)} bytes"


def delete(server, state):
    if state.get("run"):
        server.ask("DELETE", f"runs/{state['run']}", wanted=(200, 202, 204))
    server.ask("DELETE", f"workflows/{state['workflow']}", wanted=(200, 204))
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="where the API is: http://localhost:7071/api")
    parser.add_argument("--without-run", action="store_true", help="for a server that has no hosts yet")
    parser.add_argument("--patience", type=float, default=300, help="seconds that a step may take (300)")
    arguments = parser.parse_args()
    server, state = Server(arguments.url, arguments.patience), {}
    steps = [health, ready, save] + ([] if arguments.without_run else [run, output]) + [delete]
    failed = False
    for step in steps:
        # What failed is told; what it left is taken away all the same.
        if failed and (step is not delete or "workflow" not in state):
            continue
        begun = time.monotonic()
        try:
            note = step(server, state)
            print(f"ok    {step.__name__:7}{(time.monotonic() - begun) * 1000:7.0f} ms  {note}".rstrip(), flush=True)
        except (Failed, KeyError, TypeError, IndexError) as trouble:
            what = trouble if isinstance(trouble, Failed) else f"the answer lacks {trouble}"
            print(f"left behind: {what}" if failed else f"FAILED {step.__name__}: {what}", file=sys.stderr, flush=True)
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
