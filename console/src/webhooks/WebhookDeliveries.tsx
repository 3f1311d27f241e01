import { AsCurl } from "../kit/AsCurl";
import { type Call, path } from "../kit/call";
import { Icon } from "../kit/Icon";
import { Loading, Panel } from "../kit/Page";
import { More, usePages } from "../kit/Pages";
import { ProblemBox } from "../kit/ProblemBox";
import type { Delivery } from "../kit/types";
import { Deliveries, withDelivery } from "./Deliveries";

const PAGE = 25;

/** What a receiver was told, newest runs first. */
export function WebhookDeliveries({ id }: { id: string }) {
  const call: Call = { method: "GET", path: path`webhooks/${id}/deliveries`, query: { limit: PAGE } };
  const list = usePages<Delivery>(call, "deliveries");
  const all = list.rows ?? [];
  const change = (now: Delivery): void => list.set(withDelivery(all, now));
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
      {list.rows === undefined && list.problem === null && <Loading />}
      {list.rows !== undefined && all.length === 0 && <p class="muted">It has been told nothing yet: call a workflow, and look again when the run has ended.</p>}
      {all.length > 0 && <Deliveries deliveries={all} by="webhook" onChange={change} />}
      <More pages={list} label="Older ones" />
    </Panel>
  );
}
