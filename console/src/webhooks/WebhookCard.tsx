import { Ago } from "../kit/Ago";
import { Chips } from "../kit/Chips";
import { Icon } from "../kit/Icon";
import { to } from "../kit/router";
import type { Webhook } from "../kit/types";
import { RemoveWebhook } from "./RemoveWebhook";
import { Enabled } from "./WebhookPage";

/** One receiver: where, of what, and whether it still gets anything. */
export function WebhookCard({ webhook, onChange, onGone }: { webhook: Webhook; onChange: () => void; onGone: () => void }) {
  const { id, url, events, workflow, createdAt, disabledAt } = webhook;
  return (
    <li class="panel host-card">
      <header>
        <h2>
          <a href={to`webhooks/${id}`}>{id}</a>
        </h2>
        <Enabled webhook={webhook} />
      </header>
      <p class="muted webhook-url">{url}</p>
      {disabledAt && (
        <div class="reason is-quarantined">
          <p>
            It answered 410 <Ago at={disabledAt} /> and gets nothing since. Saving it anew enables it again.
          </p>
        </div>
      )}
      <dl class="facts">
        <div>
          <dt>Events</dt>
          <dd>
            <Chips words={events.map((e) => e.replace("run.", ""))} />
          </dd>
        </div>
        <div>
          <dt>Of</dt>
          <dd>{workflow ? <a href={to`workflows/${workflow}`}>{workflow}</a> : "all workflows"}</dd>
        </div>
        <div>
          <dt>Since</dt>
          <dd>
            <Ago at={createdAt} />
          </dd>
        </div>
      </dl>
      <footer>
        <a class="button quiet" href={to`webhooks/${id}`}>
          Deliveries
        </a>
        <span class="actions">
          <button type="button" onClick={onChange}>
            <Icon name="edit" />
            Change
          </button>
          <RemoveWebhook id={id} onGone={onGone} />
        </span>
      </footer>
    </li>
  );
}
