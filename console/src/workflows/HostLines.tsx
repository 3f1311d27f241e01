import { Badge } from "../kit/Badge";
import { to } from "../kit/router";
import { may } from "../kit/session";
import type { RunnableHost } from "../kit/types";

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
