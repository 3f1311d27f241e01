import { useState } from "preact/hooks";
import { AsCurl } from "../kit/AsCurl";
import { Badge } from "../kit/Badge";
import type { Call } from "../kit/call";
import { Facts, Loading } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { to } from "../kit/router";
import { Scrolls } from "../kit/Scrolls";
import { count, counted } from "../kit/text";
import { Ago } from "../kit/Ago";
import type { Readiness } from "../kit/types";

const SELF_TEST: Call = { method: "GET", path: "ready/details" };

/** The processes of the service and what each has in hand: for who looks for what is wrong with it. */
export function Processes() {
  const [isOpen, open] = useState(false);
  return (
    <details class="panel" onToggle={(e) => open(e.currentTarget.open)}>
      <summary>Processes of the service</summary>
      {isOpen && <Details />}
    </details>
  );
}

function Details() {
  const ready = useResource<Readiness>(SELF_TEST);
  const d = ready.value?.details;
  if (d === undefined) {
    return ready.problem === null ? <Loading /> : <ProblemBox problem={ready.problem} onRetry={ready.reload} />;
  }

  const undriven = typeof d.oldestUndrivenRun === "string" ? d.oldestUndrivenRun : d.oldestUndrivenRun?.id;
  const deaf = d.hosts.filter((h) => h.leases > 0 && h.listeners === 0);
  return (
    <div class="processes">
      <Facts
        facts={[
          ["Storage and hosts", ready.value?.status],
          ["Runs can be woken", d.canDrive ? "yes" : <span class="bad-text">no: no process that lives can wake runs</span>],
          ["Slots lent", `${count(d.leases)}, watched ${count(d.watches)} times`],
          ["Hosts that nobody hears", deaf.length > 0 && <span class="bad-text">{deaf.map((h) => h.id).join(", ")}: ends are found by deadlines alone</span>],
          ["Left behind", undriven && <a href={to`runs/${undriven}`}>{undriven}</a>],
          ["Sweeps", <Sweeps key="s" sweeps={d.lastSweeps} />],
        ]}
      />
      <Scrolls label="Processes">
        <table>
          <thead>
            <tr>
              <th>Process</th>
              <th>Seen</th>
              <th>Wakes runs</th>
              <th>Listens to</th>
              <th class="end">Watches</th>
              <th class="end">Storage requests</th>
              <th>In hand</th>
            </tr>
          </thead>
          <tbody>
            {d.processes.map((p) => (
              <tr key={p.name}>
                <td>
                  {p.name} {p.isThis && <span class="muted">this one</span>}
                </td>
                <td>
                  <Ago at={p.seenAt} />
                </td>
                <td>{p.canDrive ? <Badge state="yes" tone="good" icon="check" /> : <span class="muted">no</span>}</td>
                <td>{p.listensTo.length > 4 ? counted(p.listensTo.length, "host") : p.listensTo.join(", ") || <span class="muted">nobody</span>}</td>
                <td class="end number">{count(p.watches)}</td>
                <td class="end number">{count(p.storageRequests)}</td>
                <td>{p.inHand.length === 0 ? <span class="muted">nothing long</span> : counted(p.inHand.length, "run")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
      <AsCurl calls={SELF_TEST} what="The self-test" />
    </div>
  );
}

function Sweeps({ sweeps }: { sweeps: Record<string, string> }) {
  return (
    <>
      {Object.entries(sweeps).map(([name, at], i) => (
        <span key={name}>
          {i > 0 && ", "}
          {name} <Ago at={at} />
        </span>
      ))}
    </>
  );
}
