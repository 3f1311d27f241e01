#!/usr/bin/env python3
"""Takes this host out of ComfyFunc's pool when Azure is about to take the machine away.

Azure tells a machine 30 s before it evicts, minutes before it maintains (Scheduled Events). As soon as it does, the host says
`leaving`: nothing new is placed on it, and what it executes may end. It says so again until the machine is gone, since the pack's
heartbeat would bring the host back.

The environment is the pack's: COMFYFUNC_URL, COMFYFUNC_KEY (role host), COMFYFUNC_FUNCTION_KEY and COMFYFUNC_HOST_ID. Python 3.9,
nothing else.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

# Only from the machine itself, never through a proxy.
METADATA = os.environ.get("METADATA_URL", "http://169.254.169.254") + "/metadata/scheduledevents?api-version=2020-07-01"
ENDINGS = ("Preempt", "Terminate", "Redeploy", "Reboot")
SECONDS = float(os.environ.get("POLL_SECONDS", "5"))

direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Staying(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: keys would go along."""

    def redirect_request(self, *_):
        return None


told = urllib.request.build_opener(Staying())


def ending() -> str:
    """What is about to happen to this machine; empty when nothing is."""
    request = urllib.request.Request(METADATA, headers={"Metadata": "true"})
    with direct.open(request, timeout=10) as answer:
        events = json.load(answer).get("Events", [])
    return next((e["EventType"] for e in events if e.get("EventType") in ENDINGS), "")


def leave() -> None:
    host = urllib.parse.quote(os.environ["COMFYFUNC_HOST_ID"], safe="")
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get("COMFYFUNC_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    if key := os.environ.get("COMFYFUNC_FUNCTION_KEY"):
        headers["x-functions-key"] = key
    request = urllib.request.Request(f"{os.environ['COMFYFUNC_URL'].rstrip('/')}/api/hosts/{host}/events",
                                     data=json.dumps({"events": [{"type": "leaving"}]}).encode(), headers=headers, method="POST")
    with told.open(request, timeout=10):
        pass


def main() -> None:
    said = ""
    while True:
        try:
            what = ending()
            if what:
                leave()
            if what != said:
                print(f"{what}: the host leaves the pool" if what else "nothing is about to happen any more", flush=True)
                said = what
        except (OSError, ValueError) as trouble:
            # Neither may end the watch: the next look comes.
            print(f"cannot look, or cannot say it: {trouble}", file=sys.stderr, flush=True)
        time.sleep(SECONDS)


if __name__ == "__main__":
    main()
