import { bytes, counted } from "../kit/text";
import type { Host } from "../kit/types";

/** Small parts that say one thing of a host. */

/** Slots as squares, lent ones filled, and in words. */
export function Slots({ host }: { host: Host }) {
  const lent = host.slots - (host.freeSlots ?? host.slots);
  return (
    <span class="slots">
      {host.slots <= 16 && (
        <span class="slot-marks" aria-hidden="true">
          {Array.from({ length: host.slots }, (_, i) => (
            <i key={i} class={i < lent ? "is-lent" : ""} />
          ))}
        </span>
      )}
      <span>
        {lent > 0 ? `${lent} of ${host.slots} lent` : `${counted(host.slots, "slot")}${host.state === "ready" ? ", free" : ""}`}
      </span>
    </span>
  );
}

/** What is in ComfyUI's own queue, and how much of it is not ours. */
export function QueueWords({ host }: { host: Host }) {
  const { running = 0, pending = 0, foreign = 0 } = host.queue ?? {};
  if (host.state === "offline") {
    return <span class="muted">not known</span>;
  }

  return (
    <>
      {running + pending === 0 ? "empty" : `${running} running, ${pending} pending`}
      {foreign > 0 && (
        <span class="foreign">
          {" "}
          · {foreign === running + pending ? "none of it ours" : `${foreign} not ours`}
        </span>
      )}
    </>
  );
}

/** Memory of the GPU: how much there is, and how much is free where the host says it. */
export function Memory({ host }: { host: Host }) {
  const free = host.pack?.vram?.free;
  const total = host.pack?.vram?.total ?? host.vramBytes;
  if (!total) {
    return <span class="muted">not known</span>;
  }

  return typeof free === "number" ? (
    <span class="memory">
      <span>
        {bytes(free)} of {bytes(total)} free
      </span>
      <span class="meter" aria-hidden="true">
        <i style={{ width: `${100 * (1 - free / total)}%` }} />
      </span>
    </span>
  ) : (
    <>{bytes(total)}</>
  );
}

export const labelsOf = (host: Host): string[] => Object.entries(host.labels ?? {}).map(([k, v]) => `${k}:${v}`);

/** A model file without the ending that all have. */
export const nameOfModel = (file: string): string => file.replace(/\.safetensors$/, "");
