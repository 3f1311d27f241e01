import { Action } from "../kit/Action";
import { Badge } from "../kit/Badge";
import { path } from "../kit/call";
import { Chips } from "../kit/Chips";
import { Icon } from "../kit/Icon";
import { to } from "../kit/router";
import { Ago } from "../kit/Ago";
import type { Webhook } from "../kit/types";
import { LastDeliveries } from "./LastDeliveries";
import { SecretButton } from "./Secret";

/** One receiver: where, of what, and whether it still gets anything. */
export function WebhookCard({ webhook, onChange, onGone }: { webhook: Webhook; onChange: () => void; onGone: () => void }) {
  const { id, url, events, workflow, createdAt, disabledAt } = webhook;
  return (
    <li class="panel host-card">
      <header>
        <h2>{id}</h2>
        {disabledAt ? <Badge state="disabled" tone="bad" icon="cross" text="disabled" /> : <Badge state="enabled" tone="good" icon="check" text="enabled" />}
      </header>
      <p class="muted webhook-url">{url}</p>
      {disabledAt && (
        <div class="reason is-quarantined">
          <p>
            It answered 410 <Ago at={disabledAt} /> and gets nothing since. Change it, or save it as it is, to enable it again.
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
      <LastDeliveries webhook={webhook} />
      <footer>
        <SecretButton id={id} />
        <span class="actions">
          <button type="button" onClick={onChange}>
            <Icon name="edit" />
            Change
          </button>
          <Action
            label="Remove"
            icon="trash"
            kind="danger"
            call={{ method: "DELETE", path: path`webhooks/${id}` }}
            confirm={{ title: `Remove ${id}?`, text: "It is told nothing more, what is on its way included, and its secret is gone." }}
            done={`${id} is told nothing more.`}
            onDone={onGone}
          />
        </span>
      </footer>
    </li>
  );
}
