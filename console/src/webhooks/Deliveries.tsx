import { Badge } from "../kit/Badge";
import { to } from "../kit/router";
import { shortId } from "../kit/text";
import { Ago } from "../kit/Ago";
import { moment } from "../kit/time";
import type { Delivery } from "../kit/types";

/** Deliveries with every attempt. `run`: whose they are, where they are of several runs. */
export function Deliveries({ deliveries, has }: { deliveries: (Delivery & { run?: string })[]; has: "webhook" | "run" }) {
  return (
    <div class="scrolls">
      <table>
        <thead>
          <tr>
            <th>{has === "run" ? "Run" : "Receiver"}</th>
            <th>Event</th>
            <th>State</th>
            <th>Attempts</th>
            <th>Next</th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map((d) => (
            <tr key={d.id}>
              <td>
                {has === "run" && d.run !== undefined ? (
                  <a href={to`runs/${d.run}`} title={d.run}>
                    {shortId(d.run)}
                  </a>
                ) : (
                  d.webhook
                )}
              </td>
              <td>{d.event.replace("run.", "")}</td>
              <td>
                <Badge state={d.state} />
              </td>
              <td>
                {d.attempts.length === 0 && <span class="muted">none yet</span>}
                <ol class="attempts">
                  {d.attempts.map((a, i) => (
                    <li key={i} title={moment(a.at)}>
                      <span class={a.status && a.status < 300 ? "" : "bad-text"}>{a.status ?? "no answer"}</span>
                      <span class="muted">
                        {" "}
                        <Ago at={a.at} /> {a.error}
                      </span>
                    </li>
                  ))}
                </ol>
              </td>
              <td>{d.nextAttemptAt ? <Ago at={d.nextAttemptAt} /> : <span class="muted">–</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
