import { useState } from "preact/hooks";
import { AsCurl } from "../kit/AsCurl";
import { type Call, path } from "../kit/call";
import { TextField } from "../kit/Field";
import { Loading, Panel } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { to, useQuery } from "../kit/router";
import type { Delivery, DeliveryList } from "../kit/types";
import { Deliveries, withDelivery } from "./Deliveries";

/** Who was told of one run. */
export function RunDeliveries() {
  const [run, setRun] = useQuery("run");
  const [said, say] = useState(run);
  const call: Call = { method: "GET", path: path`runs/${run}/deliveries` };
  const list = useResource<DeliveryList>(run === "" ? null : call);
  const change = (now: Delivery): void => list.set({ deliveries: withDelivery(list.value?.deliveries ?? [], now) });
  return (
    <Panel title="Who was told of a run?">
      <form
        class="ask-form"
        onSubmit={(e) => {
          e.preventDefault();
          setRun(said.trim());
          list.reload();
        }}
      >
        <TextField label="The run’s id" spellcheck={false} value={said} onValue={say} />
        <button type="submit">Ask</button>
      </form>
      <div class="why-answer" aria-live="polite">
        {run !== "" && (
          <>
            {list.problem !== null && <ProblemBox problem={list.problem} />}
            {list.value === undefined && list.problem === null && <Loading />}
            {list.value !== undefined && (
              <p class="why-says">
                <a href={to`runs/${run}`}>{run}</a> <AsCurl calls={call} what="Deliveries" />
              </p>
            )}
            {list.value?.deliveries.length === 0 && <p class="muted">Nobody was to be told of it, or nothing has happened to it yet.</p>}
            {(list.value?.deliveries.length ?? 0) > 0 && <Deliveries deliveries={(list.value?.deliveries ?? []).map((d) => ({ run, ...d }))} by="run" onChange={change} />}
          </>
        )}
      </div>
    </Panel>
  );
}
