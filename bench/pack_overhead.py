"""What the ComfyUI pack adds to each prompt and to each save: python3 bench/pack_overhead.py

Beside a façade that answers, and beside one that hangs. Times are in milliseconds. A save begins once the pack has done with the one before,
as authors' saves do; prompts come 500 a second.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests" / "Pack" / "python"
sys.path.insert(0, str(TESTS))

from fake_facade import KEY  # noqa: E402
from pack_case import Comfy, eventually  # noqa: E402
from prompt_server import ExecutionStatus, PromptQueue, PromptServer  # noqa: E402

PROMPTS = 2000
SAVES = 200


def percentiles(samples: list[float]) -> str:
    """p50, p99 and the worst."""
    cuts = statistics.quantiles(samples, n=100)
    return f"p50 {cuts[49]:8.3f}   p99 {cuts[98]:8.3f}   max {max(samples):8.3f}"


def timed_prompts(queue: PromptQueue) -> list[float]:
    """How long task_done takes."""
    samples = []
    for number in range(PROMPTS):
        queue.put((number, f"p{number}", {}, {}, []))
        _, item_id = queue.get()
        status = ExecutionStatus("success", True, [])
        begun = time.perf_counter()
        queue.task_done(item_id, {"outputs": {}}, status=status)
        samples.append((time.perf_counter() - begun) * 1000)
        time.sleep(0.002)
    return samples


def is_idle(comfy: Comfy, hangs: bool) -> bool:
    """Whether the pack has nothing to do but to wait."""
    return comfy.pack is None or (not comfy.pack.intake._saves and (hangs or not comfy.pack.publisher.pending))


def timed_saves(comfy: Comfy, body: bytes, file: str, hangs: bool = False) -> list[float]:
    """How long a save takes, as its client sees it, over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", comfy.port)
    samples = []
    for _ in range(SAVES):
        begun = time.perf_counter()
        connection.request("POST", f"/userdata/workflows%2F{file}?overwrite=true", body)
        connection.getresponse().read()
        samples.append((time.perf_counter() - begun) * 1000)
        time.sleep(0.05)
        eventually(lambda: is_idle(comfy, hangs))
    connection.close()
    return samples


def workflow(nodes: int) -> bytes:
    """A marked graph of so many nodes."""
    made = [{"id": n, "type": "KSampler", "pos": [n, n], "widgets_values": ["x" * 100, n, 1.5]} for n in range(nodes)]
    return json.dumps({"version": 0.4, "nodes": made, "links": [], "extra": {"comfyfunc": {"name": "bench"}}}).encode()


def without_pack(server: PromptServer) -> None:
    """No pack starts in a server that has none."""
    PromptServer.instance = None


def facade(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    """A façade in a process of its own, and its address."""
    script = TESTS / "fake_facade.py"
    process = subprocess.Popen([sys.executable, str(script), *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def main() -> None:
    """Measures, and says."""
    print(f"task_done without the pack     {percentiles(timed_prompts(PromptQueue(None)))}")
    bodies = {f"{len(body) / 1024:.0f} KiB": body for body in (workflow(50), workflow(2000))}
    with tempfile.TemporaryDirectory() as folder:
        bare = Comfy(Path(folder), before=without_pack)
        for size, body in bodies.items():
            print(f"save of {size:>8} without       {percentiles(timed_saves(bare, body, 'bench.json'))}")
        bare.stop()
    for what, arguments in (("published", ()), ("façade hangs", ("--hang",))):
        process, url = facade(*arguments)
        with tempfile.TemporaryDirectory() as folder:
            comfy = Comfy(Path(folder), environment={"COMFYFUNC_URL": url, "COMFYFUNC_KEY": KEY, "COMFYFUNC_HOST_ID": "bench"})
            print(f"task_done, {what:<19} {percentiles(timed_prompts(comfy.server.prompt_queue))}")
            for size, body in bodies.items():
                samples = timed_saves(comfy, body, "bench.json", hangs=bool(arguments))
                print(f"save of {size:>8}, {what:<12}  {percentiles(samples)}")
            comfy.stop()
        process.kill()


if __name__ == "__main__":
    main()
