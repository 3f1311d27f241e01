import { useLive } from "../kit/live";
import { type Resource, useResource } from "../kit/resource";
import type { Host, HostList } from "../kit/types";

/** The pool's hosts, as they are now. */
export function useHosts(): Resource<HostList> & { put: (host: Host) => void; drop: (id: string) => void } {
  const list = useResource<HostList>({ method: "GET", path: "hosts" });
  const hosts = list.value?.hosts ?? [];
  const put = (host: Host): void =>
    list.set({ hosts: [...hosts.filter((h) => h.id !== host.id), host].sort((a, b) => (a.id < b.id ? -1 : 1)) });
  const drop = (id: string): void => list.set({ hosts: hosts.filter((h) => h.id !== id) });
  useLive({
    host: (host) => list.value !== undefined && put(host),
    "host-removed": ({ id }) => list.value !== undefined && drop(id),
    onSync: list.reload,
  });
  return { ...list, put, drop };
}
