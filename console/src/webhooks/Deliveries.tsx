import { Ago } from "../kit/Ago";
import { Badge } from "../kit/Badge";
import { to } from "../kit/router";
import { shortId } from "../kit/text";
import { moment } from "../kit/time";
import type { Delivery } from "../kit/types";

/** A delivery, and the run that it tells of where that is not clear. */
export type Told = Delivery & { run?: string };

/** What was told to whom, with every attempt and when the next one comes. */
export function Deliveries({ deliveries }: { deliveries: Told[] }) {
  return (
    <ul class="deliveries">
      {deliveries.map((d) => (
        <li key={d.id}>
          <p>
            <Badge state={d.state} />{" "}
            {d.run === undefined ? (
              <strong>{d.webhook}</strong>
            ) : (
              <a href={to`runs/${d.run}`} title={d.run}>
                {shortId(d.run)}
              </a>
            )}{" "}
            {d.event.replace("run.", "")}
            {d.nextAttemptAt && (
              <span class="muted">
                {", again "}
                <Ago at={d.nextAttemptAt} />
              </span>
            )}
          </p>
          <ol>
            {d.attempts.length === 0 && <li class="muted">not tried yet</li>}
            {d.attempts.map((a, i) => (
              <li key={i} title={moment(a.at)}>
                <span class={a.status && a.status < 300 ? "" : "bad-text"}>{a.status ? `answered ${a.status}` : "no answer"}</span>
                <span class="muted">
                  {" "}
                  <Ago at={a.at} />
                  {a.error && `: ${a.error}`}
                </span>
              </li>
            ))}
          </ol>
        </li>
      ))}
    </ul>
  );
}
