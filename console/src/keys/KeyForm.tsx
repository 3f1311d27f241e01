import { useState } from "preact/hooks";
import { send } from "../kit/api";
import { AsCurl } from "../kit/AsCurl";
import type { Call } from "../kit/call";
import { Code } from "../kit/Code";
import { Dialog } from "../kit/Dialog";
import { SelectField, TextArea, TextField } from "../kit/Field";
import { Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import type { Key } from "../kit/types";

const ROLES = [
  { value: "run", text: "run: calls workflows, sees its own runs" },
  { value: "author", text: "author: saves and deletes workflows as well" },
  { value: "admin", text: "admin: everything" },
  { value: "host", text: "host: is a host, nothing else" },
];

const FIELDS = ["/client", "/role", "/workflows", "/hosts"];

/** Makes a key. It is shown once, when it is there. */
export function KeyForm({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const [client, setClient] = useState("");
  const [role, setRole] = useState("run");
  const [workflows, setWorkflows] = useState("");
  const [hosts, setHosts] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [made, setMade] = useState<Key | null>(null);
  const [isBusy, setBusy] = useState(false);
  const faultsAt = (pointer: string): string[] => (problem?.at(pointer) ?? []).map((f) => f.detail);
  const speaksForHosts = role === "host" || role === "author";
  const call = (): Call => ({
    method: "POST",
    path: "keys",
    body: {
      client: client.trim(),
      role,
      ...(role !== "host" && lines(workflows).length > 0 && { workflows: lines(workflows) }),
      ...(speaksForHosts && lines(hosts).length > 0 && { hosts: lines(hosts) }),
    },
  });

  const save = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      setMade(await send<Key>(call()));
      onMade();
    } catch (error) {
      setProblem(Problem.of(error));
    }

    setBusy(false);
  };

  if (made !== null) {
    return (
      <Dialog title={`A key for ${made.client}`} onClose={onClose} foot={<button type="button" class="primary" onClick={onClose}>I have it</button>}>
        <p>
          <strong>It is shown this once.</strong> Only a hash of it is kept: who loses it gets another one.
        </p>
        <Code text={made.key ?? ""} label="Key" />
        <p class="muted">
          It goes along as <code>X-Api-Key</code> or <code>Authorization: Bearer</code>.
        </p>
      </Dialog>
    );
  }

  return (
    <Dialog
      title="Make a key"
      onClose={onClose}
      foot={
        <>
          <AsCurl calls={call} what="Make a key" />
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" form="key-form" class="primary" disabled={isBusy} aria-busy={isBusy}>
            Make it
          </button>
        </>
      }
    >
      <form
        id="key-form"
        class="form"
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          void save();
        }}
      >
        {problem?.isBeyond(FIELDS) === true && <ProblemBox problem={problem} />}
        <TextField
          label="Client"
          autoFocus
          spellcheck={false}
          placeholder="shop"
          value={client}
          onValue={setClient}
          faults={faultsAt("/client")}
          hint="Whose it is. Runs belong to the client, so it may have several keys."
        />
        <SelectField label="Role" value={role} onValue={setRole} options={ROLES} faults={faultsAt("/role")} />
        {role !== "host" && (
          <TextArea
            label="Workflows"
            rows={3}
            spellcheck={false}
            placeholder={"all\nor one a line, such as shop-*"}
            value={workflows}
            onValue={setWorkflows}
            faults={faultsAt("/workflows")}
            hint="Names or patterns, one a line: * is any text, ? any letter. Others are as if they were not there."
          />
        )}
        {speaksForHosts && (
          <TextArea
            label="Hosts that it speaks for"
            rows={2}
            spellcheck={false}
            placeholder={"all\nor one a line, such as gpu-*"}
            value={hosts}
            onValue={setHosts}
            faults={faultsAt("/hosts")}
          />
        )}
      </form>
    </Dialog>
  );
}

const lines = (text: string): string[] => text.split(/[\n,]+/).map((l) => l.trim()).filter((l) => l !== "");
