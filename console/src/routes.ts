import type { FunctionComponent } from "preact";
import type { IconName } from "./kit/Icon";
import { lazy } from "./kit/Lazy";

/** A page of the navigation. `parts` are the path's parts behind its own: a page leads on by itself. */
export interface Route {
  path: string;
  title: string;
  icon: IconName;

  /** Who is offered it. */
  needs: "run" | "author" | "admin";

  /** The key that goes there, after g. */
  key: string;
  Page: FunctionComponent<{ parts: string[] }>;
  load: () => Promise<unknown>;
}

function route(
  path: string,
  title: string,
  icon: IconName,
  key: string,
  needs: Route["needs"],
  load: () => Promise<FunctionComponent<{ parts: string[] }>>,
): Route {
  return { path, title, icon, key, needs, load, Page: lazy(load) };
}

export const routes: Route[] = [
  route("runs", "Runs", "runs", "r", "run", async () => (await import("./runs/RunsPage")).RunsPage),
  route("workflows", "Workflows", "workflows", "w", "run", async () => (await import("./workflows/WorkflowsPage")).WorkflowsPage),
  route("batches", "Batches", "batches", "b", "run", async () => (await import("./batches/BatchesPage")).BatchesPage),
  route("pool", "Pool", "pool", "p", "run", async () => (await import("./pool/PoolPage")).PoolPage),
  route("hosts", "Hosts", "hosts", "h", "admin", async () => (await import("./hosts/HostsPage")).HostsPage),
  route("webhooks", "Webhooks", "webhooks", "o", "admin", async () => (await import("./admin")).WebhooksPage),
  route("keys", "Keys", "keys", "k", "admin", async () => (await import("./admin")).KeysPage),
  route("usage", "Usage", "usage", "u", "run", async () => (await import("./admin")).UsagePage),
  route("settings", "Settings", "settings", "s", "admin", async () => (await import("./admin")).SettingsPage),
];
