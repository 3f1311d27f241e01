import { useEffect, useState } from "preact/hooks";
import { get } from "../kit/api";
import { path } from "../kit/call";
import { Loading } from "../kit/Page";
import { Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import type { DeliveryList, RunList, Webhook } from "../kit/types";
import { Deliveries, type Told } from "./Deliveries";

/** How many runs are looked through: the API has deliveries by run. */
const RUNS = 20;

/** What a receiver was told of the last runs, for who opens it. */
export function LastDeliveries({ webhook }: { webhook: Webhook }) {
  const [isOpen, open] = useState(false);
  return (
    <details onToggle={(e) => open(e.currentTarget.open)}>
      <summary>Its last deliveries</summary>
      {isOpen && <Found webhook={webhook} />}
    </details>
  );
}

function Found({ webhook }: { webhook: Webhook }) {
  const [found, setFound] = useState<Told[] | Problem | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    look(webhook, stop.signal).then(
      (all) => stop.signal.aborted || setFound(all),
      (error: unknown) => stop.signal.aborted || setFound(Problem.of(error)),
    );
    return () => stop.abort();
  }, [webhook.id]);
  if (found === null) {
    return <Loading />;
  }

  if (found instanceof Problem) {
    return <ProblemBox problem={found} />;
  }

  return found.length === 0 ? (
    <p class="muted">It was to be told nothing of the last {RUNS} runs{webhook.workflow ? ` of ${webhook.workflow}` : ""}.</p>
  ) : (
    <Deliveries deliveries={found} />
  );
}

async function look({ id, workflow }: Webhook, signal: AbortSignal): Promise<Told[]> {
  const { runs } = await get<RunList>("runs", { workflow, limit: RUNS }, signal);
  const all = await Promise.all(
    runs.map(async (run) => {
      const { deliveries } = await get<DeliveryList>(path`runs/${run.id}/deliveries`, {}, signal);
      return deliveries.filter((d) => d.webhook === id).map((d) => ({ ...d, run: run.id }));
    }),
  );
  return all.flat();
}
