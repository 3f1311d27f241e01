import { Page } from "../kit/Page";

export function WorkflowsPage(_: { parts: string[] }) {
  return (
    <Page title="Workflows">
      <p class="muted">Nothing yet.</p>
    </Page>
  );
}
