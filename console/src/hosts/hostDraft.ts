import { type Call, path } from "../kit/call";
import { isName, NAME_RULE } from "../kit/names";
import { type Fault, pointerTo, Problem } from "../kit/problem";
import type { Host } from "../kit/types";
import { type Pair, pairOf, valuesOf } from "./KeyValues";

/** What a person says of a host, as it stands in the form. */
export interface HostDraft {
  id: string;
  url: string;
  slots: string;
  labels: Pair[];
  headers: Pair[];
  warmUp: string;
  sync: boolean;
}

export const draftOf = (host?: Host): HostDraft => ({
  id: host?.id ?? "",
  url: host?.url ?? "",
  slots: String(host?.slots ?? 2),
  labels: Object.entries(host?.labels ?? {}).map(([name, value]) => pairOf(name, value)),

  // The server keeps their values to itself.
  headers: (host?.headers ?? []).map((name) => pairOf(name)),
  warmUp: host?.warmUp ?? "",
  sync: host?.sync?.on ?? true,
});

/** The call that says it. With `areSecretsHidden`, as it may be shown. */
export function callOf(draft: HostDraft, areSecretsHidden = false): Call {
  const headers = valuesOf(areSecretsHidden ? draft.headers.map((h) => ({ ...h, value: "…" })) : draft.headers);
  const labels = valuesOf(draft.labels);
  const slots = Number(draft.slots);
  return {
    method: "PUT",
    path: path`hosts/${draft.id.trim()}`,
    body: {
      url: areSecretsHidden ? withoutSecrets(draft.url.trim()) : draft.url.trim(),
      slots: draft.slots.trim() !== "" && Number.isFinite(slots) ? slots : draft.slots,
      ...(Object.keys(labels).length > 0 && { labels }),
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(draft.warmUp.trim() !== "" && { warmUp: draft.warmUp.trim() }),
      ...(!draft.sync && { sync: false }),
    },
  };
}

/** What can be told before the server is asked. */
export function problemOf(draft: HostDraft, known: string[] | null): Problem | null {
  const faults: Fault[] = [
    ...(known !== null && !isName(draft.id.trim()) ? [{ pointer: "/id", detail: `A host’s id is ${NAME_RULE}.` }] : []),
    ...(known?.includes(draft.id.trim()) === true ? [{ pointer: "/id", detail: "There is a host of this id. Change it on its page." }] : []),
    ...(draft.url.includes("=***") ? [{ pointer: "/url", detail: "Put the token in place of ***: the server does not show it." }] : []),
    ...draft.headers
      .filter((h) => h.name.trim() !== "" && h.value === "")
      .map((h) => ({ pointer: pointerTo("headers", h.name.trim()), detail: "Give its value again, or take the header away." })),
  ];
  return faults.length === 0 ? null : new Problem(400, "Something is missing.", "", "", faults);
}

// A query or a user in the address opens the host's door.
const withoutSecrets = (url: string): string => url.replace(/\/\/[^/@]*@/, "//…@").replace(/\?.*$/, "?…");
