import { Page } from "../kit/Page";

export function SettingsPage(_: { parts: string[] }) {
  return (
    <Page title="Settings">
      <p class="muted">Nothing yet.</p>
    </Page>
  );
}
