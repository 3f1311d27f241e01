import { Action } from "../kit/Action";
import { Ago } from "../kit/Ago";
import { Badge } from "../kit/Badge";
import { path } from "../kit/call";
import { to } from "../kit/router";
import { shortId } from "../kit/text";
import { moment } from "../kit/time";
import type { Delivery } from "../kit/types";

interface DeliveriesProps {
  deliveries: Delivery[];

  /** What all of them have in common is not said again. */
  by: "run" | "webhook";
  onChange: (delivery: Delivery) => void;
}

/** What was told to whom, with every attempt, when the next one comes, and the way to tell it once more. */
export function Deliveries({ deliveries, by, onChange }: DeliveriesProps) {
  return (
    <ul class="told">
      {deliveries.map((d) => (
        <li key={d.id}>
          <div class="told-head">
            <Badge state={d.state} />
            {by === "webhook" ? d.run !== undefined && <a href={to`runs/${d.run}`} title={d.run}>{shortId(d.run)}</a> : <strong>{d.webhook}</strong>}
            <span>{d.event.replace("run.", "")}</span>
            {d.nextAttemptAt && (
              <span class="muted">
                next <Ago at={d.nextAttemptAt} />
              </span>
            )}
            {d.run !== undefined && d.state !== "pending" && (
              <Action<Delivery>
                label="Send again"
                icon="again"
                call={{ method: "POST", path: path`runs/${d.run}/deliveries/${d.id}/redeliver` }}
                done="It is on its way."
                onDone={([now]) => now && onChange(now)}
              />
            )}
          </div>
          <ol>
            {d.attempts.length === 0 && <li class="muted">not tried yet</li>}
            {d.attempts.map((a, i) => (
              <li key={i} title={moment(a.at)}>
                <span class={a.status && a.status < 300 ? "" : "bad-text"}>{a.status ? `answered ${a.status}` : "no answer"}</span>
                <span class="muted">
                  {" "}
                  <Ago at={a.at} />
                  {!a.status && a.error && `: ${a.error}`}
                </span>
              </li>
            ))}
          </ol>
        </li>
      ))}
    </ul>
  );
}

/** A list in which one delivery is another now. */
export const withDelivery = (all: Delivery[], now: Delivery): Delivery[] => all.map((d) => (d.id === now.id ? now : d));
