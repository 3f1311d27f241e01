import { HostPage } from "./HostPage";
import { HostListPage } from "./HostListPage";

/** The machines: all of them, or one in depth. */
export function HostsPage({ parts: [id] }: { parts: string[] }) {
  return id === undefined ? <HostListPage /> : <HostPage key={id} id={id} />;
}
