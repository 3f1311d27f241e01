import { Page } from "../kit/Page";

export function RunsPage(_: { parts: string[] }) {
  return (
    <Page title="Runs">
      <p class="muted">Nothing yet.</p>
    </Page>
  );
}
