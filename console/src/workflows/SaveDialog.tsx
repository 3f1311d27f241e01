import { useEffect, useState } from "preact/hooks";
import { send } from "../kit/api";
import { AsCurl } from "../kit/AsCurl";
import { Badge } from "../kit/Badge";
import { type Call, path } from "../kit/call";
import { Dialog } from "../kit/Dialog";
import { CheckField, TextField } from "../kit/Field";
import { Icon } from "../kit/Icon";
import { Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import { go, to } from "../kit/router";
import { bytes, counted } from "../kit/text";
import { toast } from "../kit/toast";
import type { Workflow } from "../kit/types";
import { ContractView } from "./ContractView";
import { Differences } from "./Differences";
import { HostLines } from "./HostLines";

const ASK_AFTER = 250;

interface Props {
  file: File;
  existing: string[];

  /** Where it can only become a version of this workflow. */
  fixedName: string | undefined;
  onClose: () => void;
  onSaved: (() => void) | undefined;
}

interface Conversion {
  report?: { rule?: string; code?: string; detail?: string; message?: string }[];
  agrees?: boolean | null;
}

/** The name that a file suggests: what it is called, without what editors and counters add. */
export const nameOf = (file: string): string =>
  file
    .replace(/\.[a-z0-9]+$/i, "")
    .replace(/_\d{5}_?$/, "")
    .trim()
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[-._]+|[-._]+$/g, "")
    .slice(0, 64)
    .toLowerCase();

const isJson = (file: File): boolean => file.type === "application/json" || file.name.toLowerCase().endsWith(".json");

/** Shows what saving a file would make — contract, warnings, what breaks for callers — before it is saved. Refusals in full. */
export function SaveDialog({ file, existing, fixedName, onClose, onSaved }: Props) {
  const [name, setName] = useState(fixedName ?? nameOf(file.name));
  const [would, setWould] = useState<Workflow | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(true);
  const [isBreaking, accept] = useState(false);

  const callOf = (query: Record<string, string>): Call => ({
    method: "PUT",
    path: path`workflows/${name}`,
    query,
    headers: { "Content-Type": isJson(file) ? "application/json" : file.type || "application/octet-stream" },
    body: file,
  });

  useEffect(() => {
    const stop = new AbortController();
    setBusy(true);
    const timer = setTimeout(() => {
      if (name.trim() === "") {
        setWould(null);
        setProblem(null);
        setBusy(false);
        return;
      }

      send<Workflow>(callOf({ validateOnly: "true" }), stop.signal).then(
        (w) => {
          setWould(w);
          setProblem(null);
          setBusy(false);
        },
        (error: unknown) => {
          if (!stop.signal.aborted) {
            setWould(null);
            setProblem(Problem.of(error));
            setBusy(false);
          }
        },
      );
    }, ASK_AFTER);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [name]);

  const isThere = existing.includes(name) || would?.differences !== undefined;
  const breaks = would?.differences?.some((d) => d.isBreaking) === true;
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const saved = await send<Workflow>(callOf(breaks && !isBreaking ? { breaking: "refuse" } : {}));
      toast(`${saved.name} is version ${saved.version}.`);
      onClose();
      onSaved?.();
      if (fixedName === undefined) {
        go(to`workflows/${saved.name}`);
      }
    } catch (error) {
      setProblem(Problem.of(error));
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={fixedName === undefined ? "Save a workflow" : `A new version of ${fixedName}`}
      onClose={onClose}
      isWide
      foot={
        <>
          {breaks && <CheckField label="It may break callers" checked={isBreaking} onChecked={accept} />}
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <span class="action">
            <button type="button" class="primary" disabled={isBusy || would === null || (breaks && !isBreaking)} aria-busy={isBusy} onClick={() => void save()}>
              {would === null ? "Save" : `Save as version ${would.version}`}
            </button>
            <AsCurl what="Save" calls={() => callOf({})} />
          </span>
        </>
      }
    >
      <p class="save-file">
        <Icon name={file.type.startsWith("image/") ? "image" : file.type.startsWith("video/") ? "video" : "file"} />
        <b>{file.name}</b> <span class="muted">{bytes(file.size)}</span>
      </p>
      {fixedName === undefined && (
        <TextField label="Name" value={name} onValue={setName} spellcheck={false} autoComplete="off" hint="callers use it in the path: /api/workflows/name" faults={problem?.at("/name").map((f) => f.detail) ?? []} />
      )}
      <div aria-live="polite" class="save-answer">
        {isBusy && would === null && problem === null && <p class="muted">The server looks at it…</p>}
        {problem !== null && <ProblemBox problem={problem} />}
        {would !== null && (
          <>
            <p class="save-verdict">
              <Badge state="fits" tone={breaks ? "warn" : "good"} icon={breaks ? "warning" : "check"} text={breaks ? "breaks callers" : "can be served"} />
              <span>{verdict(would, isThere)}</span>
            </p>
            <Would workflow={would} />
          </>
        )}
      </div>
    </Dialog>
  );
}

function verdict(would: Workflow, isThere: boolean): string {
  return !isThere
    ? `A new workflow, ${would.name}.`
    : `It becomes version ${would.version} of ${would.name}${would.differences?.length === 0 ? "; callers see no difference" : ""}.`;
}

function Would({ workflow }: { workflow: Workflow }) {
  const { differences = [], warnings = [], hosts = [], contract, conversion } = workflow;
  const { report = [], agrees } = (conversion ?? {}) as Conversion;
  return (
    <>
      {differences.length > 0 && (
        <section class="part">
          <h3>What changes for callers</h3>
          <Differences differences={differences} />
        </section>
      )}
      {warnings.length > 0 && (
        <section class="part">
          <h3>{counted(warnings.length, "warning")}</h3>
          <Warnings warnings={warnings} />
        </section>
      )}
      <section class="part">
        <h3>What callers may set, and what comes back</h3>
        <ContractView contract={contract} />
      </section>
      {hosts.length > 0 && (
        <section class="part">
          <h3>Hosts</h3>
          <HostLines hosts={hosts} />
        </section>
      )}
      {agrees === false && <p class="faults">The graph and the prompt in this file do not say the same; the prompt is what runs.</p>}
      {report.length > 0 && (
        <details>
          <summary>{counted(report.length, "word")} on the conversion</summary>
          <ul class="findings">
            {report.map((r, i) => (
              <li key={i}>
                <code>{r.rule ?? r.code}</code> {r.detail ?? r.message}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

/** What is no fault, and may not be meant. */
export function Warnings({ warnings }: { warnings: NonNullable<Workflow["warnings"]> }) {
  return (
    <ul class="findings">
      {warnings.map((w, i) => (
        <li key={i}>
          <code>{w.code}</code> {w.detail} {w.pointer !== undefined && <span class="muted">{w.pointer}</span>}
        </li>
      ))}
    </ul>
  );
}
