import { Badge } from "../kit/Badge";
import { to } from "../kit/router";
import { may } from "../kit/session";
import type { RunnableHost, Workflow } from "../kit/types";

/** Which hosts can run a workflow, and what each other one lacks. */
export function HostLines({ hosts }: { hosts: RunnableHost[] }) {
  return (
    <ul class="host-lines">
      {hosts.map((h) => (
        <li key={h.id}>
          <Badge state={h.capable ? "can run it" : "cannot"} tone={h.capable ? "good" : "warn"} icon={h.capable ? "check" : "slash"} />
          {may("admin") ? <a href={to`hosts/${h.id}`}>{h.id}</a> : <span>{h.id}</span>}
          {h.reason !== undefined && <span class="muted">{h.reason}</span>}
        </li>
      ))}
    </ul>
  );
}

/** How many hosts can run a workflow. That none has a file which each call brings is nothing that they lack. */
export function HostsBadge({ workflow, unit = "" }: { workflow: Workflow; unit?: string }) {
  const hosts = workflow.hosts ?? [];
  const able = hosts.filter((h) => h.capable).length;
  const isOwed = able === 0 && hosts.length > 0 && workflow.contract.tags.some((t) => t.inputs.some((i) => i.required === true));
  return hosts.length === 0 ? (
    <Badge state="none" tone="off" icon="slash" text="no hosts" />
  ) : isOwed ? (
    <Badge state="owed" tone="off" icon="file" text="needs a file" />
  ) : (
    <Badge
      state="able"
      tone={able === 0 ? "bad" : able < hosts.length ? "warn" : "good"}
      icon={able === 0 ? "cross" : "check"}
      text={`${able} of ${hosts.length} ${unit}`.trim()}
    />
  );
}
