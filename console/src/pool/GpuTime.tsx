import { Bars } from "../kit/Bars";
import { Panel } from "../kit/Page";
import { useResource } from "../kit/resource";
import { to } from "../kit/router";
import { may } from "../kit/session";
import { counted } from "../kit/text";
import { duration } from "../kit/time";
import type { Stats, Usage } from "../kit/types";
import type { RangeName } from "./useStats";

const SHOWN = 8;
const DAY = 86_400_000;

/** Who took the GPUs' time: workflows in the range, clients in its days. */
export function GpuTime({ stats, range }: { stats: Stats; range: RangeName }) {
  const workflows = [...stats.workflows].sort((a, b) => b.gpuSeconds - a.gpuSeconds);
  return (
    <>
      <Panel title="GPU time by workflow" actions={<a href="usage">usage</a>}>
        {workflows.length === 0 ? (
          <p class="muted">Nothing has executed in this time.</p>
        ) : (
          <Bars
            label="GPU time by workflow"
            bars={workflows.slice(0, SHOWN).map((w) => ({
              key: w.workflow,
              name: <a href={to`workflows/${w.workflow}`}>{w.workflow}</a>,
              value: w.gpuSeconds,
              text: duration(1000 * w.gpuSeconds),
              aside: counted(w.runs, "run"),
            }))}
          />
        )}
      </Panel>
      {may("admin") && <ByClient days={range === "7d" ? 7 : 1} />}
    </>
  );
}

function ByClient({ days }: { days: number }) {
  const from = new Date(Date.now() - (days - 1) * DAY).toISOString().slice(0, 10);
  const usage = useResource<Usage>({ method: "GET", path: "usage", query: { from } });
  const sums = new Map<string, number>();
  for (const u of usage.value?.usage ?? []) {
    sums.set(u.client, (sums.get(u.client) ?? 0) + (u.gpuSeconds ?? 0));
  }

  const clients = [...sums].sort(([, a], [, b]) => b - a);
  return (
    <Panel
      title="GPU time by client"
      actions={
        <a class="muted" href={`usage?from=${from}&by=client`}>
          {days === 1 ? "today" : `${days} days`}, UTC
        </a>
      }
    >
      {clients.length === 0 ? (
        <p class="muted">Nobody has had any.</p>
      ) : (
        <Bars
          label="GPU time by client"
          bars={clients.slice(0, SHOWN).map(([client, seconds]) => ({
            key: client,
            name: client === "" ? <span class="muted">no name</span> : <a href={`runs?client=${encodeURIComponent(client)}`}>{client}</a>,
            value: seconds,
            text: duration(1000 * seconds),
          }))}
        />
      )}
    </Panel>
  );
}
