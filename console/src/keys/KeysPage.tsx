import { Page } from "../kit/Page";

export function KeysPage(_: { parts: string[] }) {
  return (
    <Page title="Keys">
      <p class="muted">Nothing yet.</p>
    </Page>
  );
}
