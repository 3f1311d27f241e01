import { useState } from "preact/hooks";
import { send } from "../kit/api";
import { AsCurl } from "../kit/AsCurl";
import { Dialog } from "../kit/Dialog";
import { CheckField, TextField } from "../kit/Field";
import { pointerTo, Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { toast } from "../kit/toast";
import type { Host, WorkflowList } from "../kit/types";
import { callOf, draftOf, problemOf } from "./hostDraft";
import { KeyValues } from "./KeyValues";

interface HostFormProps {
  /** The host that is changed; none where one is added. */
  host?: Host;

  /** Ids that are taken. */
  known?: string[];
  onClose: () => void;
  onDone: (host: Host) => void;
}

const FIELDS = ["/id", "/url", "/slots", "/labels", "/headers", "/warmUp", "/sync"];

/** Adds a host, or changes one: what is wrong stands at its field. */
export function HostForm({ host, known = [], onClose, onDone }: HostFormProps) {
  const [draft, setDraft] = useState(() => draftOf(host));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const workflows = useResource<WorkflowList>({ method: "GET", path: "workflows", query: { limit: 200 } });
  const faultsAt = (pointer: string): string[] => (problem?.at(pointer) ?? []).map((f) => f.detail);
  const set = (change: Partial<typeof draft>): void => setDraft((d) => ({ ...d, ...change }));

  const save = async (): Promise<void> => {
    const missing = problemOf(draft, host === undefined ? known : null);
    setProblem(missing);
    if (missing !== null) {
      return;
    }

    setBusy(true);
    try {
      const saved = await send<Host>(callOf(draft));
      toast(host === undefined ? `${saved.id} is in the pool.` : `${saved.id} is changed.`);
      onDone(saved);
    } catch (error) {
      setProblem(Problem.of(error));
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={host === undefined ? "Add a host" : `Change ${host.id}`}
      onClose={onClose}
      foot={
        <>
          <AsCurl calls={() => callOf(draft, true)} what={host === undefined ? "Add a host" : "Change the host"} />
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" form="host-form" class="primary" disabled={isBusy} aria-busy={isBusy}>
            {host === undefined ? "Add" : "Save"}
          </button>
        </>
      }
    >
      <form
        id="host-form"
        class="form"
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          void save();
        }}
      >
        {problem?.isBeyond(FIELDS) === true && <ProblemBox problem={problem} />}
        {host !== undefined && host.state === "quarantined" && <p class="hint">Saving releases it from its rest as well.</p>}
        {host?.heartbeatAt && <p class="hint">This host speaks for itself: its next heartbeat may say these things anew.</p>}
        {host === undefined && (
          <TextField label="Id" autoFocus spellcheck={false} placeholder="gpu-1" value={draft.id} onValue={(id) => set({ id })} faults={faultsAt("/id")} />
        )}
        <TextField
          label="Address"
          type="url"
          spellcheck={false}
          placeholder="http://10.0.0.4:8188"
          value={draft.url}
          onValue={(url) => set({ url })}
          faults={faultsAt("/url")}
          hint="Where ComfyUI answers. A token in its query, or user:password@, goes along with every request and is not shown again."
        />
        <TextField
          label="Slots"
          type="number"
          inputMode="numeric"
          min={1}
          max={64}
          value={draft.slots}
          onValue={(slots) => set({ slots })}
          faults={faultsAt("/slots")}
          hint="How many prompts it may hold: one executes, the others are ready behind it."
        />
        <TextField
          label="Warm-up"
          list="host-workflows"
          spellcheck={false}
          placeholder="none"
          value={draft.warmUp}
          onValue={(warmUp) => set({ warmUp })}
          faults={faultsAt("/warmUp")}
          hint="A workflow that it runs, with its defaults, before it takes calls, and to prove itself after a rest."
        />
        <datalist id="host-workflows">
          {workflows.value?.workflows.map((w) => (
            <option key={w.name} value={w.name} />
          ))}
        </datalist>
        <KeyValues
          legend="Labels"
          one="label"
          hint="What workflows and calls may ask of a host, such as gpu: h100."
          pairs={draft.labels}
          onPairs={(labels) => set({ labels })}
          faultsOf={(name) => faultsAt(pointerTo("labels", name.trim()))}
          faults={exact(problem, "/labels")}
        />
        <KeyValues
          legend="Headers"
          one="header"
          isSecret
          hint={
            (host?.headers?.length ?? 0) > 0
              ? "Secrets that go with every request. The server does not show them: give each value again, or it is gone."
              : "Secrets that go with every request, where the host is behind a door. They are stored sealed and never shown again."
          }
          pairs={draft.headers}
          onPairs={(headers) => set({ headers })}
          faultsOf={(name) => faultsAt(pointerTo("headers", name.trim()))}
          faults={exact(problem, "/headers")}
        />
        <CheckField label="Keep published workflows in its editor’s list" checked={draft.sync} onChecked={(sync) => set({ sync })} />
      </form>
    </Dialog>
  );
}

const exact = (problem: Problem | null, pointer: string): string[] =>
  (problem?.errors ?? []).filter((e) => e.pointer === pointer).map((e) => e.detail);
