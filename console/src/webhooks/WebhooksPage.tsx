import { Page } from "../kit/Page";

export function WebhooksPage(_: { parts: string[] }) {
  return (
    <Page title="Webhooks">
      <p class="muted">Nothing yet.</p>
    </Page>
  );
}
