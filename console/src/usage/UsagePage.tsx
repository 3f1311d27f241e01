import { Page } from "../kit/Page";

export function UsagePage(_: { parts: string[] }) {
  return (
    <Page title="Usage">
      <p class="muted">Nothing yet.</p>
    </Page>
  );
}
