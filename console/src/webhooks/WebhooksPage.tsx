import { useState } from "preact/hooks";
import { Icon } from "../kit/Icon";
import { Empty } from "../kit/Empty";
import { Loading, Page, Panel } from "../kit/Page";
import { More, usePages } from "../kit/Pages";
import { ProblemBox } from "../kit/ProblemBox";
import { curlOf } from "../kit/snippets";
import type { Webhook } from "../kit/types";
import { RunDeliveries } from "./RunDeliveries";
import { WebhookCard } from "./WebhookCard";
import { WebhookForm } from "./WebhookForm";
import { WebhookPage } from "./WebhookPage";

const PAGE = 100;

/** Who is told of runs, and what became of telling them. */
export function WebhooksPage({ parts: [id] }: { parts: string[] }) {
  return id === undefined ? <WebhookListPage /> : <WebhookPage key={id} id={id} />;
}

function WebhookListPage() {
  const list = usePages<Webhook>({ method: "GET", path: "webhooks", query: { limit: PAGE } }, "webhooks");
  const [form, setForm] = useState<{ webhook?: Webhook } | null>(null);
  const webhooks = list.rows ?? [];
  return (
    <Page
      title="Webhooks"
      actions={
        <button type="button" class="primary" onClick={() => setForm({})}>
          <Icon name="plus" />
          Add a webhook
        </button>
      }
    >
      {list.problem !== null && <ProblemBox problem={list.problem} onRetry={list.reload} />}
      {list.rows === undefined && list.problem === null && <Loading />}
      {list.rows !== undefined && webhooks.length === 0 && (
        <Empty
          icon="webhooks"
          title="Nobody is told of runs yet."
          command={curlOf({ method: "PUT", path: "webhooks/shop", body: { url: "https://shop.example.com/hooks", events: ["run.succeeded", "run.failed"] } })}
        >
          <p>A webhook is an address that is told when runs begin and end, signed by Standard Webhooks. A single call may ask for it by ?webhook= as well.</p>
        </Empty>
      )}
      {webhooks.length > 0 && (
        <ul class="grid host-cards" aria-label="Webhooks">
          {webhooks.map((w) => (
            <WebhookCard key={w.id} webhook={w} onChange={() => setForm({ webhook: w })} onGone={list.reload} />
          ))}
        </ul>
      )}
      <More pages={list} label="More webhooks" />
      <Panel title="Calls with ?webhook=" actions={<a href="webhooks/default">secret and deliveries</a>}>
        <p class="muted">What single calls ask for is signed with a secret of its own, which each client sees of itself.</p>
      </Panel>
      <RunDeliveries />
      {form !== null && (
        <WebhookForm
          {...form}
          known={webhooks.map((w) => w.id)}
          onClose={() => setForm(null)}
          onDone={list.reload}
        />
      )}
    </Page>
  );
}
