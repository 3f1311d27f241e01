import { Page } from "../kit/Page";

export function BatchesPage(_: { parts: string[] }) {
  return (
    <Page title="Batches">
      <p class="muted">Nothing yet.</p>
    </Page>
  );
}
