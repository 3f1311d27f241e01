// Small pages that come as one file: each alone would bring pieces that compress badly.
export { KeysPage } from "./keys/KeysPage";
export { SettingsPage } from "./settings/SettingsPage";
export { UsagePage } from "./usage/UsagePage";
export { WebhooksPage } from "./webhooks/WebhooksPage";
