import { useState } from "preact/hooks";
import { send } from "../kit/api";
import { AsCurl } from "../kit/AsCurl";
import { type Call, path } from "../kit/call";
import { Code } from "../kit/Code";
import { Dialog } from "../kit/Dialog";
import { CheckField, TextField } from "../kit/Field";
import { isName, NAME_RULE } from "../kit/names";
import { Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { toast } from "../kit/toast";
import type { Webhook, WorkflowList } from "../kit/types";

const EVENTS = ["run.started", "run.succeeded", "run.failed", "run.canceled", "run.expired"];

/** Those that are told unless somebody chooses: the ends. */
const ENDS = EVENTS.slice(1);

const FIELDS = ["/id", "/url", "/events", "/workflow"];

/** Adds a receiver, or changes one. The secret of a new one is shown when it is there. */
export function WebhookForm(props: { webhook?: Webhook; known: string[]; onClose: () => void; onDone: () => void }) {
  const { webhook, known, onClose, onDone } = props;
  const [id, setId] = useState(webhook?.id ?? "");
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [workflow, setWorkflow] = useState(webhook?.workflow ?? "");
  const [events, setEvents] = useState<string[]>(webhook?.events ?? ENDS);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [made, setMade] = useState<Webhook | null>(null);
  const [isBusy, setBusy] = useState(false);
  const workflows = useResource<WorkflowList>({ method: "GET", path: "workflows", query: { limit: 200 } });
  const faultsAt = (pointer: string): string[] => (problem?.at(pointer) ?? []).map((f) => f.detail);
  const call = (): Call => ({
    method: "PUT",
    path: path`webhooks/${id.trim()}`,
    body: { url: url.trim(), events, ...(workflow.trim() !== "" && { workflow: workflow.trim() }) },
  });

  const save = async (): Promise<void> => {
    const faults = [
      ...(webhook === undefined && !(isName(id.trim()) && !/^default/i.test(id.trim()))
        ? [{ pointer: "/id", detail: `A webhook’s id is ${NAME_RULE}, and does not begin with default.` }]
        : []),
      ...(webhook === undefined && known.includes(id.trim()) ? [{ pointer: "/id", detail: "There is a webhook of this id. Change that one." }] : []),
      ...(events.length === 0 ? [{ pointer: "/events", detail: "Choose one event at least." }] : []),
    ];
    setProblem(faults.length === 0 ? null : new Problem(400, "Something is missing.", "", "", faults));
    if (faults.length > 0) {
      return;
    }

    setBusy(true);
    try {
      const saved = await send<Webhook>(call());
      onDone();
      if (saved.secret !== undefined) {
        setMade(saved);
      } else {
        toast(`${saved.id} is changed.`);
        onClose();
      }
    } catch (error) {
      setProblem(Problem.of(error));
    }

    setBusy(false);
  };

  if (made !== null) {
    return (
      <Dialog title={`${made.id} is told from now on`} onClose={onClose} foot={<button type="button" onClick={onClose}>Done</button>}>
        <p>Its deliveries are signed with this secret. Give it to the receiver; it can be shown again.</p>
        <Code text={made.secret ?? ""} label="Secret" />
      </Dialog>
    );
  }

  return (
    <Dialog
      title={webhook === undefined ? "Add a webhook" : `Change ${webhook.id}`}
      onClose={onClose}
      foot={
        <>
          <AsCurl calls={call} what={webhook === undefined ? "Add a webhook" : "Change the webhook"} />
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" form="webhook-form" class="primary" disabled={isBusy} aria-busy={isBusy}>
            {webhook === undefined ? "Add" : "Save"}
          </button>
        </>
      }
    >
      <form
        id="webhook-form"
        class="form"
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          void save();
        }}
      >
        {problem?.isBeyond(FIELDS) === true && <ProblemBox problem={problem} />}
        {webhook?.disabledAt && <p class="hint">Saving enables it again.</p>}
        {webhook === undefined && (
          <TextField
            label="Id"
            autoFocus
            spellcheck={false}
            placeholder="shop"
            value={id}
            onValue={setId}
            faults={faultsAt("/id")}
          />
        )}
        <TextField
          label="Address"
          type="url"
          spellcheck={false}
          placeholder="https://shop.example.com/hooks"
          value={url}
          onValue={setUrl}
          faults={faultsAt("/url")}
          hint="It answers 2xx within 15 s and works later. What fails is tried again, nine times within three days."
        />
        <fieldset class="pairs">
          <legend>Events</legend>
          <div class="checks">
            {EVENTS.map((e) => (
              <CheckField
                key={e}
                label={e}
                checked={events.includes(e)}
                onChecked={(isOn) => setEvents(EVENTS.filter((other) => (other === e ? isOn : events.includes(other))))}
              />
            ))}
          </div>
          {faultsAt("/events").length > 0 && <p class="faults">{faultsAt("/events").join(" ")}</p>}
        </fieldset>
        <TextField
          label="Workflow"
          list="webhook-workflows"
          spellcheck={false}
          placeholder="all"
          value={workflow}
          onValue={setWorkflow}
          faults={faultsAt("/workflow")}
        />
        <datalist id="webhook-workflows">
          {workflows.value?.workflows.map((w) => (
            <option key={w.name} value={w.name} />
          ))}
        </datalist>
      </form>
    </Dialog>
  );
}
