import { Page } from "../kit/Page";

export function PoolPage(_: { parts: string[] }) {
  return (
    <Page title="Pool">
      <p class="muted">Nothing yet.</p>
    </Page>
  );
}
