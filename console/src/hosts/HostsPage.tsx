import { Page } from "../kit/Page";

export function HostsPage(_: { parts: string[] }) {
  return (
    <Page title="Hosts">
      <p class="muted">Nothing yet.</p>
    </Page>
  );
}
