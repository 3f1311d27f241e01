import { useState } from "preact/hooks";
import { Ago } from "../kit/Ago";
import { Badge } from "../kit/Badge";
import { path } from "../kit/call";
import { Chips } from "../kit/Chips";
import { Icon } from "../kit/Icon";
import { Note } from "../kit/Note";
import { Facts, Loading, Page, Panel } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { go, to } from "../kit/router";
import type { Webhook } from "../kit/types";
import { NotFound } from "../shell/NotFound";
import { RemoveWebhook } from "./RemoveWebhook";
import { SecretButton } from "./Secret";
import { WebhookDeliveries } from "./WebhookDeliveries";
import { WebhookForm } from "./WebhookForm";

const DEFAULT = "default";

/** One receiver, and what it was told. "default" stands for those that calls ask for. */
export function WebhookPage({ id }: { id: string }) {
  const isDefault = id.toLowerCase() === DEFAULT;
  const webhook = useResource<Webhook>(isDefault ? null : { method: "GET", path: path`webhooks/${id}` });
  const [isChanging, change] = useState(false);
  if (webhook.problem?.status === 404) {
    return <NotFound what="webhook" />;
  }

  const w = webhook.value;
  return (
    <Page
      title={isDefault ? "Calls with ?webhook=" : id}
      above={
        <a class="back" href="webhooks">
          <Icon name="back" />
          Webhooks
        </a>
      }
      heading={
        isDefault ? undefined : (
          <>
            {id} {w !== undefined && <Enabled webhook={w} />}
          </>
        )
      }
      actions={
        <>
          <SecretButton id={id} />
          {w !== undefined && (
            <>
              <button type="button" onClick={() => change(true)}>
                <Icon name="edit" />
                Change
              </button>
              <RemoveWebhook id={id} onGone={() => go("webhooks")} />
            </>
          )}
        </>
      }
    >
      {webhook.problem !== null && <ProblemBox problem={webhook.problem} onRetry={webhook.reload} />}
      {!isDefault && w === undefined && webhook.problem === null && <Loading />}
      {isDefault && <p class="muted">Who was told because a call of yours said so. Each client sees its own.</p>}
      {w?.disabledAt && (
        <Note tone="bad" icon="warning" title="It gets nothing.">
          <p>
            It answered 410 <Ago at={w.disabledAt} />. Saving it anew, also as it is, enables it again.
          </p>
        </Note>
      )}
      {w !== undefined && (
        <Panel title="What it is told">
          <Facts
            facts={[
              ["Address", <code key="u">{w.url}</code>],
              ["Events", <Chips key="e" words={w.events} />],
              ["Of", w.workflow ? <a href={to`workflows/${w.workflow}`}>{w.workflow}</a> : "all workflows"],
              ["Since", <Ago key="s" at={w.createdAt} />],
            ]}
          />
        </Panel>
      )}
      {(isDefault || w !== undefined) && <WebhookDeliveries id={id} />}
      {isChanging && w !== undefined && <WebhookForm webhook={w} known={[]} onClose={() => change(false)} onDone={webhook.reload} />}
    </Page>
  );
}

export function Enabled({ webhook }: { webhook: Webhook }) {
  return webhook.disabledAt ? (
    <Badge state="disabled" tone="bad" icon="cross" />
  ) : (
    <Badge state="enabled" tone="good" icon="check" />
  );
}
