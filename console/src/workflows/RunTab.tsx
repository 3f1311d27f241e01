import { useEffect, useState } from "preact/hooks";
import { get, send } from "../kit/api";
import { AsCurl } from "../kit/AsCurl";
import { type Call, path } from "../kit/call";
import { CodeTabs } from "../kit/CodeTabs";
import { Icon } from "../kit/Icon";
import { useKeys } from "../kit/keys";
import { Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import { setQuery, useQuery } from "../kit/router";
import { useSelect } from "../kit/select";
import { may } from "../kit/session";
import { runSnippets } from "../kit/snippets";
import { useStore } from "../kit/store";
import { counted } from "../kit/text";
import { toast } from "../kit/toast";
import type { CallExplanation, Run } from "../kit/types";
import { Tabs } from "../kit/Tabs";
import { CheckBox } from "./CheckBox";
import { bodyOf, changes, isShownAt, ofRun } from "./draft";
import { bringFiles } from "./FileInput";
import { sendingCount } from "./files";
import { faultsOf, type Form, reset, showFirstFault } from "./form";
import { Inputs } from "./Inputs";
import { JsonTab } from "./JsonTab";
import { formatOf, Options, queryOf } from "./Options";
import { begin } from "./results";
import { chosenOf, ResultPane } from "./ResultPane";

/** The form of a workflow, and what comes of its calls beside it. `version` is a number or an alias; none is the latest. */
export function RunTab({ form, version }: { form: Form; version: string }) {
  const [view, show] = useState("Form");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [explained, explain] = useState<CallExplanation | null>(null);
  const [lost, setLost] = useState<string[]>([]);
  useFrom(form, setLost, setProblem);
  const { name, contract } = form.workflow;
  const waiting = useStore(sendingCount);

  const callOf = (query: Record<string, string> = {}): Call => ({
    method: "POST",
    path: version === "" ? path`workflows/${name}` : path`workflows/${name}/versions/${version}`,
    query: { ...queryOf(form.draft.value.options), ...query },
    headers: { Prefer: "respond-async" },
    body: bodyOf(form.draft.value),
  });

  const refuse = (error: unknown): void => {
    const said = Problem.of(error);
    form.faults.set(faultsOf(said.errors));
    setProblem(said);
    showFirstFault();
  };

  const run = async (): Promise<void> => {
    if (isBusy || waiting > 0) {
      return;
    }

    setBusy(true);
    setProblem(null);
    explain(null);
    form.faults.set(new Map());
    try {
      const one = await send<Run>(callOf());
      begin(name, one, formatOf(form.draft.value.options));
      chosenOf(name).set(null);
      if (matchMedia("(max-width: 1100px)").matches) {
        document.querySelector(".result")?.scrollIntoView({ behavior: "smooth", block: "start" });
      }
    } catch (error) {
      refuse(error);
    }

    setBusy(false);
  };

  const check = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    form.faults.set(new Map());
    try {
      const said = await send<CallExplanation>(callOf({ validateOnly: "true" }));
      form.faults.set(faultsOf(said.errors ?? []));
      explain(said);
      if (!said.valid) {
        showFirstFault();
      }
    } catch (error) {
      refuse(error);
    }

    setBusy(false);
  };

  useKeys([{ key: "c", does: "check the call", run: () => void check() }]);
  useEffect(() => {
    const submit = (event: KeyboardEvent): void => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        void run();
      }
    };
    addEventListener("keydown", submit);
    return () => removeEventListener("keydown", submit);
  });
  usePaste(form);

  const fill = async (one: Run): Promise<void> => {
    try {
      setLost(fillFrom(form, one.inputs === undefined ? await get<Run>(path`runs/${one.id}`) : one));
      toast("The form has the run’s values.");
    } catch (error) {
      setProblem(Problem.of(error));
    }
  };

  const isElsewhere = problem !== null && (problem.errors.length === 0 || problem.errors.some((e) => !isShownAt(contract, e.pointer)));
  return (
    <div class="workbench">
      <div class="bench-form">
        {lost.length > 0 && (
          <p class="note" role="status">
            <Icon name="warning" />
            <span>
              The run’s {lost.length === 1 ? "file" : "files"} for <b>{lost.join(", ")}</b> {lost.length === 1 ? "is" : "are"} to be chosen again: a run keeps names of files, not what is in them.
            </span>
          </p>
        )}
        <Tabs label="Views of the call" tabs={["Form", "JSON", "Code"]} chosen={view} onChoose={show}>
          {view === "Form" ? <Inputs form={form} /> : view === "JSON" ? <JsonTab form={form} /> : <CodeView form={form} version={version} />}
        </Tabs>
        {view !== "Code" && <Options form={form} />}
        {problem !== null && isElsewhere && <ProblemBox problem={problem} />}
        {explained !== null && <CheckBox explanation={explained} contract={contract} onClose={() => explain(null)} />}
        {may("run") && (
          <div class="run-bar">
            <span class="action">
              <button type="button" class="primary" disabled={isBusy || waiting > 0} aria-busy={isBusy} title="Ctrl+Enter" onClick={() => void run()}>
                <Icon name="play" />
                {waiting > 0 ? `Waits for ${counted(waiting, "file")}` : "Run"}
              </button>
              <AsCurl what="Run" calls={() => callOf()} />
            </span>
            <span class="action">
              <button type="button" disabled={isBusy} onClick={() => void check()}>
                Check
              </button>
              <AsCurl what="Check" calls={() => callOf({ validateOnly: "true" })} />
            </span>
            <Changed form={form} />
          </div>
        )}
      </div>
      <ResultPane form={form} onFill={(one) => void fill(one)} />
    </div>
  );
}

function Changed({ form }: { form: Form }) {
  const n = useSelect(form.draft, changes);
  const hasMore = useSelect(form.draft, (d) => Object.keys(d.options).length + Object.keys(d.extra).length > 0);
  const faults = useSelect(form.faults, (f) => f.size);
  return (
    <span class="run-count">
      {faults > 0 && (
        <span class="faults" role="status">
          {counted(faults, "thing is", "things are")} wrong
        </span>
      )}
      <span class="muted">{n === 0 ? "all as saved" : `${n} changed`}</span>
      {(n > 0 || hasMore) && (
        <button type="button" class="quiet" onClick={() => reset(form)}>
          Reset all
        </button>
      )}
    </span>
  );
}

function CodeView({ form, version }: { form: Form; version: string }) {
  const draft = useStore(form.draft);
  const { wait } = draft.options;
  return (
    <CodeTabs
      snippets={runSnippets({ workflow: form.workflow.name, version, values: bodyOf(draft), query: queryOf(draft.options), ...(wait !== undefined && { wait }) })}
    />
  );
}

function fillFrom(form: Form, run: Run): string[] {
  const { draft, lost } = ofRun(run.inputs ?? {}, form.workflow.contract);
  form.faults.set(new Map());
  form.draft.set({ ...draft, options: form.draft.value.options });
  return lost;
}

/** `?from={run}` puts a run's values into the form, once; which of its files are to be chosen anew is told. */
function useFrom(form: Form, onLost: (files: string[]) => void, onProblem: (problem: Problem) => void): void {
  const [from] = useQuery("from");
  useEffect(() => {
    if (from !== "") {
      get<Run>(path`runs/${from}`).then(
        (run) => {
          onLost(fillFrom(form, run));
          setQuery({ from: null });
        },
        (error: unknown) => onProblem(Problem.of(error)),
      );
    }
  }, [from]);
}

/** A picture that is pasted anywhere goes to the first input that takes it, an empty one before others. */
function usePaste(form: Form): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const files = [...(event.clipboardData?.files ?? [])];
      const [first] = files;
      const places = form.workflow.contract.tags.flatMap((tag) => tag.inputs.filter((i) => i.type === "FILE").map((input) => ({ tag, input })));
      const place = places.find(({ tag, input }) => form.draft.value.values[tag.name]?.[input.name] === undefined) ?? places[0];
      if (first !== undefined && place !== undefined && !event.defaultPrevented) {
        event.preventDefault();
        void bringFiles(form, place.tag, place.input, files);
      }
    };
    addEventListener("paste", paste);
    return () => removeEventListener("paste", paste);
  }, [form]);
}
