import { useState } from "preact/hooks";
import { get } from "../kit/api";
import { AsCurl } from "../kit/AsCurl";
import { type Call, path } from "../kit/call";
import { Icon } from "../kit/Icon";
import { Loading, Panel } from "../kit/Page";
import { Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import type { Delivery, DeliveryList } from "../kit/types";
import { Deliveries, withDelivery } from "./Deliveries";

const PAGE = 25;

/** What a receiver was told, newest runs first. */
export function WebhookDeliveries({ id }: { id: string }) {
  const call: Call = { method: "GET", path: path`webhooks/${id}/deliveries`, query: { limit: PAGE } };
  const list = useResource<DeliveryList>(call);
  const [problem, setProblem] = useState<Problem | null>(null);
  const all = list.value?.deliveries ?? [];
  const change = (now: Delivery): void => list.set({ ...list.value, deliveries: withDelivery(all, now) });
  const more = async (continuation: string): Promise<void> => {
    try {
      const next = await get<DeliveryList>(call.path, { limit: PAGE, continuation });
      list.set({ ...next, deliveries: [...all, ...next.deliveries] });
      setProblem(null);
    } catch (error) {
      setProblem(Problem.of(error));
    }
  };
  const next = list.value?.continuation;
  return (
    <Panel
      title="Deliveries"
      actions={
        <>
          <button type="button" class="quiet" onClick={list.reload}>
            <Icon name="again" />
            Look again
          </button>
          <AsCurl calls={call} what="Deliveries" />
        </>
      }
    >
      {list.problem !== null && <ProblemBox problem={list.problem} onRetry={list.reload} />}
      {list.value === undefined && list.problem === null && <Loading />}
      {list.value !== undefined && all.length === 0 && <p class="muted">It has been told nothing yet: call a workflow, and look again when the run has ended.</p>}
      {all.length > 0 && <Deliveries deliveries={all} by="webhook" onChange={change} />}
      {problem !== null && <ProblemBox problem={problem} />}
      {next && (
        <button type="button" class="more" onClick={() => void more(next)}>
          Older ones
        </button>
      )}
    </Panel>
  );
}
