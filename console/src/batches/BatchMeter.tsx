import { count } from "../kit/text";
import type { Batch, RunStatus } from "../kit/types";

const ORDER: RunStatus[] = ["succeeded", "failed", "expired", "canceled", "canceling", "running"];

const numberOf = (batch: Batch, status: RunStatus): number => batch.runs[status] ?? 0;

/** How far a batch is: a bar of its runs by state, and the numbers in words. */
export function BatchMeter({ batch }: { batch: Batch }) {
  const refused = batch.refused?.length ?? 0;
  const shown = ORDER.filter((s) => numberOf(batch, s) > 0);
  const done = shown.filter((s) => s !== "running" && s !== "canceling").reduce((n, s) => n + numberOf(batch, s), 0);
  const words = [
    done === batch.total && shown.length === 1 && shown[0] === "succeeded" ? `all ${count(done)} succeeded` : "",
    ...(done === batch.total && shown.length === 1 && shown[0] === "succeeded" ? [] : shown.map((s) => `${count(numberOf(batch, s))} ${s}`)),
    numberOf(batch, "queued") > 0 ? `${count(numberOf(batch, "queued"))} queued` : "",
    refused > 0 ? `${count(refused)} refused` : "",
  ].filter((w) => w !== "");
  return (
    <span class="batch-meter">
      <span class="parts" aria-hidden="true">
        {shown.map((s) => (
          <i key={s} class={s} style={{ flexGrow: numberOf(batch, s) }} />
        ))}
        <i style={{ flexGrow: Math.max(0, batch.total - shown.reduce((n, s) => n + numberOf(batch, s), 0)) }} />
      </span>
      <span class="muted batch-words">{words.join(", ") || "being made"}</span>
    </span>
  );
}
