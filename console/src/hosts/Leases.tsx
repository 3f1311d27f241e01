import { to } from "../kit/router";
import { shortId } from "../kit/text";
import { Took } from "../kit/Ago";
import { duration } from "../kit/time";
import type { Host } from "../kit/types";

/** The runs that hold a host's slots. */
export function Leases({ leases }: { leases: NonNullable<Host["leases"]> }) {
  return (
    <ul class="leases">
      {leases.map((l) => (
        <li key={`${l.run}/${l.attempt}`}>
          <a href={to`runs/${l.run}`} title={l.run}>
            {shortId(l.run)}
          </a>{" "}
          {l.workflow}
          <span class="muted">
            {" "}
            for <Took from={l.since} />
            {typeof l.expectedSeconds === "number" && ` of about ${duration(1000 * l.expectedSeconds)}`}
            {l.attempt > 1 && `, attempt ${l.attempt}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
