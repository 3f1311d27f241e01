import { Ago } from "../kit/Ago";
import { Badge } from "../kit/Badge";
import { Panel } from "../kit/Page";
import { to } from "../kit/router";
import { may } from "../kit/session";
import type { Delivery } from "../kit/types";

/** Who was told of the run, and what they answered. */
export function Deliveries({ deliveries }: { deliveries: Delivery[] }) {
  return (
    <Panel title="Webhooks">
      <ul class="deliveries">
        {deliveries.map((d) => (
          <li key={d.id}>
            <div>
              <Badge state={d.state} /> <code>{d.event}</code>
            </div>
            <div class="delivery-to">
              {may("admin") && !d.webhook.includes(":") && !d.webhook.startsWith("(") ? (
                <a href={to`webhooks/${d.webhook}`}>{d.webhook}</a>
              ) : (
                d.webhook
              )}
            </div>
            {d.attempts.map((a, i) => (
              <div key={i} class="muted">
                <Ago at={a.at} />: {a.error ?? `answered ${a.status}`}
              </div>
            ))}
            {d.state === "pending" && d.nextAttemptAt ? (
              <div class="muted">
                next <Ago at={d.nextAttemptAt} />
              </div>
            ) : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
