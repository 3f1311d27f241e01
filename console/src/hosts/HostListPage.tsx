import { useState } from "preact/hooks";
import { Choice } from "../kit/Choice";
import { Empty } from "../kit/Empty";
import { TextField } from "../kit/Field";
import { Icon } from "../kit/Icon";
import { Loading, Page } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useQuery } from "../kit/router";
import { curlOf } from "../kit/snippets";
import { counted, words } from "../kit/text";
import type { Host, HostState } from "../kit/types";
import { HostCard } from "./HostCard";
import { HostForm } from "./HostForm";
import { useHosts } from "./useHosts";
import { WhyNotHere } from "./WhyNotHere";

const STATES: HostState[] = ["ready", "warmingUp", "draining", "quarantined", "offline"];

/** From here on a page full of hosts is searched rather than read. */
const MANY = 6;

/** The pool's hosts as cards, and which of them can take a workflow. */
export function HostListPage() {
  const hosts = useHosts();
  const [isAdding, add] = useState(false);
  const [state, setState] = useQuery("state");
  const [search, setSearch] = useQuery("q");
  const all = hosts.value?.hosts ?? [];
  const shown = all.filter((h) => (state === "" || h.state === state) && matches(h, search));
  const states = STATES.filter((s) => s === state || all.some((h) => h.state === s));
  return (
    <Page
      title="Hosts"
      class="hosts"
      actions={
        <button type="button" class="primary" onClick={() => add(true)}>
          <Icon name="plus" />
          Add a host
        </button>
      }
    >
      {hosts.problem !== null && <ProblemBox problem={hosts.problem} onRetry={hosts.reload} />}
      {hosts.value === undefined && hosts.problem === null && <Loading />}
      {hosts.value !== undefined && all.length === 0 && <NoHosts />}
      {all.length > 0 && (
        <>
          <div class="filters">
            <Choice
              label="State"
              chosen={state}
              onChoose={setState}
              options={[
                { value: "", text: `all ${all.length}` },
                ...states.map((s) => ({ value: s as string, text: `${words(s)} ${all.filter((h) => h.state === s).length}` })),
              ]}
            />
            {(all.length > MANY || search !== "") && (
              <TextField label="Search hosts" isLabelHidden type="search" placeholder="id, label, model, address" value={search} onValue={setSearch} />
            )}
            <p class="muted">{slotsOf(all)}</p>
          </div>
          {shown.length === 0 && <p class="muted">No host is like that.</p>}
          <ul class="grid host-cards" aria-label="Hosts">
            {shown.map((h) => (
              <HostCard key={h.id} host={h} onChange={hosts.put} />
            ))}
          </ul>
          <WhyNotHere hosts={all} />
        </>
      )}
      {isAdding && (
        <HostForm
          known={all.map((h) => h.id)}
          onClose={() => add(false)}
          onDone={(host) => {
            add(false);
            hosts.put(host);
          }}
        />
      )}
    </Page>
  );
}

function NoHosts() {
  return (
    <Empty
      icon="hosts"
      title="There is no host yet."
      command={curlOf({ method: "PUT", path: "hosts/gpu-1", body: { url: "http://10.0.0.4:8188", slots: 2 } })}
    >
      <p>A host is one ComfyUI server; it needs nothing installed. Add it here, or say where it is:</p>
    </Empty>
  );
}

const matches = (h: Host, search: string): boolean =>
  [h.id, h.url, h.reason ?? "", ...(h.models ?? []), ...Object.entries(h.labels ?? {}).map(([k, v]) => `${k}:${v}`)].some((text) =>
    text.toLowerCase().includes(search.toLowerCase()),
  );

function slotsOf(hosts: Host[]): string {
  const useful = hosts.filter((h) => h.state === "ready");
  const slots = useful.reduce((sum, h) => sum + h.slots, 0);
  const free = useful.reduce((sum, h) => sum + (h.freeSlots ?? 0), 0);
  return slots === 0 ? "No host takes work now." : `${free} of ${counted(slots, "slot")} free on hosts that are ready.`;
}
