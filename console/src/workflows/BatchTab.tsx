import { useEffect, useRef, useState } from "preact/hooks";
import { AsCurl } from "../kit/AsCurl";
import { send } from "../kit/api";
import { type Call, path } from "../kit/call";
import { Field, TextArea } from "../kit/Field";
import { Icon } from "../kit/Icon";
import { Panel } from "../kit/Page";
import { pointerTo, Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import { go, to } from "../kit/router";
import { useSelect } from "../kit/select";
import { may } from "../kit/session";
import { Store, useStore } from "../kit/store";
import { Tabs } from "../kit/Tabs";
import { counted } from "../kit/text";
import type { Batch, ContractInput } from "../kit/types";
import { type Axis, axisOf, EMPTY_PLAN, inputOf, listBody, matrixBody, MOST, type Plan, valuesOf } from "./axes";
import { Combo } from "./Combo";
import { bodyOf, changes, effective } from "./draft";
import { acceptOf, bring, infoOf, keyOf, sendingCount } from "./files";
import type { Form } from "./form";
import { drawnSeed } from "./numbers";
import { Options, queryOf } from "./Options";

const plans = new Map<string, Store<Plan>>();

function planOf(workflow: string): Store<Plan> {
  const plan = plans.get(workflow) ?? new Store(EMPTY_PLAN);
  plans.set(workflow, plan);
  return plan;
}

const KINDS = { matrix: "Matrix", list: "List of calls" } as const;

/** Many runs at once: a matrix of inputs to sweep, or a list of calls. What neither says is as the form has it. */
export function BatchTab({ form, version }: { form: Form; version: string }) {
  const { name, contract } = form.workflow;
  const store = planOf(name);
  const plan = useStore(store);
  const draft = useStore(form.draft);
  const waiting = useStore(sendingCount);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);

  const axes = plan.axes.flatMap((axis) => {
    const input = inputOf(contract, axis);
    return input === undefined ? [] : [{ axis, input, ...valuesOf(axis, input) }];
  });
  const list = listBody(plan.lines, bodyOf(draft));
  const isMatrix = plan.kind === "matrix";
  const total = isMatrix ? (axes.length === 0 ? 0 : axes.reduce((n, a) => n * a.values.length, 1)) : list.count;
  const fault = isMatrix ? (axes.find((a) => a.fault !== null)?.fault ?? null) : list.fault;
  const call: Call = {
    method: "POST",
    path: version === "" ? path`workflows/${name}/batches` : path`workflows/${name}/versions/${version}/batches`,
    query: queryOf(draft.options, { isBatch: true }),
    body: isMatrix ? matrixBody(axes, bodyOf(draft)) : list.body,
  };
  useEffect(() => setProblem(null), [plan]);
  const run = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      go(to`batches/${(await send<Batch>(call)).id}`);
    } catch (error) {
      setProblem(Problem.of(error));
      setBusy(false);
    }
  };
  const n = changes(draft);
  return (
    <Panel title="Many runs by one request" class="batch-form">
      <p class="muted">
        What is not said here is as the form has it:{" "}
        <a href={to`workflows/${name}`}>{n === 0 ? "all as saved" : `${counted(n, "value")} changed`}</a>.
      </p>
      <Tabs
        label="Kind of batch"
        tabs={Object.values(KINDS)}
        chosen={KINDS[plan.kind]}
        onChoose={(tab) => store.set({ ...plan, kind: tab === KINDS.matrix ? "matrix" : "list" })}
      >
        {isMatrix ? (
          <Matrix form={form} plan={store} problem={problem} />
        ) : (
          <TextArea
            label="Calls, one JSON object a line, or an array"
            class="mono body-text"
            rows={10}
            spellcheck={false}
            placeholder={'{"sampler": {"seed": 1}}\n{"sampler": {"seed": 2}, "positive": {"text": "a lake"}}'}
            value={plan.lines}
            faults={list.fault === null ? [] : [list.fault]}
            onValue={(lines) => store.set({ ...plan, lines })}
          />
        )}
      </Tabs>
      <Options form={form} isBatch />
      {problem !== null && (!isMatrix || problem.isBeyond(axes.map(({ axis }) => placeOf(axis)))) && <ProblemBox problem={problem} />}
      {may("run") && (
        <div class="run-bar">
          <span class="action">
            <button
              type="button"
              class="primary"
              disabled={isBusy || total === 0 || total > MOST || fault !== null || waiting > 0}
              aria-busy={isBusy}
              onClick={() => void run()}
            >
              <Icon name="play" />
              {waiting > 0 ? `Waits for ${counted(waiting, "file")}` : total === 0 ? "Run the batch" : `Make ${counted(total, "run")}`}
            </button>
            <AsCurl what="Run the batch" calls={call} />
          </span>
          <span class={total > MOST ? "faults" : "muted"} role="status">
            {total > MOST
              ? `${total} are more than the ${MOST} that a batch may have.`
              : isMatrix && axes.length > 1
                ? axes.map((a) => a.values.length).join(" × ")
                : ""}
          </span>
        </div>
      )}
    </Panel>
  );
}

const placeOf = ({ tag, input }: Axis): string => pointerTo(tag, input);

function Matrix({ form, plan, problem }: { form: Form; plan: Store<Plan>; problem: Problem | null }) {
  const { tags } = form.workflow.contract;
  const { axes } = useStore(plan);
  const places = tags.flatMap((t) => t.inputs.map((input) => ({ tag: t.name, input })));
  const free = places.filter((p) => !axes.some((a) => a.tag === p.tag && a.input === p.input.name));
  const setAxes = (next: readonly Axis[]): void => plan.set({ ...plan.value, axes: next });
  const add = (text: string): void => {
    const place = free.find((p) => `${p.tag} · ${p.input.name}` === text);
    if (place !== undefined) {
      setAxes([...axes, axisOf(place.tag, place.input, effective(form.draft.value, place.tag, place.input))]);
    }
  };
  return (
    <div class="axes">
      {axes.length === 0 && (
        <p class="muted">Choose what to sweep: two inputs make a sheet of rows and columns, further ones more sheets.</p>
      )}
      {axes.map((axis, i) => {
        const input = inputOf(form.workflow.contract, axis);
        return (
          <AxisField
            key={`${axis.tag}\n${axis.input}`}
            form={form}
            axis={axis}
            input={input}
            faults={[...new Set(problem?.at(placeOf(axis)).map((f) => f.detail))]}
            onAxis={(next) => setAxes(axes.map((a, at) => (at === i ? next : a)))}
            onRemove={() => setAxes(axes.filter((_, at) => at !== i))}
          />
        );
      })}
      {free.length > 0 && (
        <div class="axis-add">
          <Field label="Sweep an input">
            {(control) => (
              <Combo
                key={axes.length}
                control={control}
                options={free.map((p) => `${p.tag} · ${p.input.name}`)}
                value=""
                placeholder="choose one"
                onValue={add}
              />
            )}
          </Field>
        </div>
      )}
    </div>
  );
}

interface AxisProps {
  form: Form;
  axis: Axis;
  input: ContractInput | undefined;

  /** What the server found wrong with its values. */
  faults: string[];
  onAxis: (axis: Axis) => void;
  onRemove: () => void;
}

function AxisField({ form, axis, input, faults, onAxis, onRemove }: AxisProps) {
  const { values, fault } = input === undefined ? { values: [], fault: "The workflow has it no more." } : valuesOf(axis, input);
  return (
    <section class="axis" aria-label={`${axis.tag} ${axis.input}`}>
      <header>
        <h3>
          {axis.tag} · {axis.input}
        </h3>
        <span class="muted">{counted(values.length, "value")}</span>
        <button type="button" class="quiet icon-only" aria-label={`Do not sweep ${axis.tag} ${axis.input}`} onClick={onRemove}>
          <Icon name="cross" />
        </button>
      </header>
      {input !== undefined && <AxisValues form={form} axis={axis} input={input} onAxis={onAxis} />}
      {(fault === null ? faults : [fault]).map((f) => (
        <p key={f} class="faults" role="alert">
          {f}
        </p>
      ))}
    </section>
  );
}

function AxisValues({ form, axis, input, onAxis }: { form: Form; axis: Axis; input: ContractInput; onAxis: (axis: Axis) => void }) {
  const label = `Values of ${axis.tag} ${axis.input}`;
  const setValues = (values: readonly unknown[]): void => onAxis({ ...axis, values });
  switch (input.type) {
    case "INT":
    case "FLOAT":
      return (
        <>
          <input
            type="text"
            class="digits"
            aria-label={label}
            spellcheck={false}
            autoComplete="off"
            placeholder={input.type === "INT" ? "1, 2, 5..10" : "0.5, 1..2 by 0.25"}
            value={axis.text}
            onInput={(e) => onAxis({ ...axis, text: e.currentTarget.value })}
          />
          {input.seed === true && (
            <button
              type="button"
              class="quiet"
              onClick={() =>
                onAxis({
                  ...axis,
                  text: [axis.text.trim(), ...Array.from({ length: 4 }, drawnSeed)].filter((t) => t !== "").join(", "),
                })
              }
            >
              <Icon name="dice" />
              Four more seeds
            </button>
          )}
        </>
      );
    case "ENUM":
    case "BOOLEAN":
      return (
        <Choices
          label={label}
          options={input.type === "ENUM" ? (input.options ?? []) : [true, false]}
          chosen={axis.values}
          onChosen={setValues}
        />
      );
    case "FILE":
      return <Files form={form} axis={axis} input={input} onValues={setValues} />;
    default:
      return (
        <textarea
          rows={3}
          aria-label={label}
          placeholder={input.type === "STRING" ? "one a line" : "one JSON value a line"}
          value={axis.text}
          onInput={(e) => onAxis({ ...axis, text: e.currentTarget.value })}
        />
      );
  }
}

const FEW = 16;

function Choices({
  label,
  options,
  chosen,
  onChosen,
}: {
  label: string;
  options: readonly unknown[];
  chosen: readonly unknown[];
  onChosen: (values: unknown[]) => void;
}) {
  const texts = options.map(String);
  const toggle = (option: unknown): void => onChosen(chosen.includes(option) ? chosen.filter((c) => c !== option) : [...chosen, option]);
  const shown = options.length <= FEW ? options : chosen;
  return (
    <>
      <div class="choices" role="group" aria-label={label}>
        {shown.map((option) => (
          <button key={String(option)} type="button" class="choice" aria-pressed={chosen.includes(option)} onClick={() => toggle(option)}>
            {String(option)}
          </button>
        ))}
      </div>
      {options.length > FEW && (
        <Field label={label} isLabelHidden>
          {(control) => (
            <Combo
              key={chosen.length}
              control={control}
              options={texts.filter((_, i) => !chosen.includes(options[i]))}
              value=""
              placeholder="add one"
              onValue={(text) => toggle(options[texts.indexOf(text)])}
            />
          )}
        </Field>
      )}
    </>
  );
}

function Files({ form, axis, input, onValues }: { form: Form; axis: Axis; input: ContractInput; onValues: (values: unknown[]) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  const latest = useRef(axis);
  latest.current = axis;
  const waiting = useSelect(sendingCount, (n) => n > 0);
  const take = async (files: FileList | null | undefined): Promise<void> => {
    const values = await Promise.all([...(files ?? [])].map((f) => bring(`${form.workflow.name}\nbatch`, f)));
    onValues([...latest.current.values, ...values.filter((v) => v !== null)]);
  };
  return (
    <div
      class="choices"
      onDragOver={(e) => e.preventDefault()}
      onDrop={(e) => {
        e.preventDefault();
        e.stopPropagation();
        void take(e.dataTransfer?.files);
      }}
    >
      {axis.values.map((v, i) => (
        <button
          key={`${i}${keyOf(v)}`}
          type="button"
          class="choice"
          aria-pressed
          title="Leave it out"
          onClick={() => onValues(axis.values.filter((_, at) => at !== i))}
        >
          {infoOf(keyOf(v))?.preview?.startsWith("data:") === true && <img src={infoOf(keyOf(v))?.preview} alt="" />}
          {infoOf(keyOf(v))?.name ?? String(v)}
        </button>
      ))}
      <button type="button" disabled={waiting} onClick={() => picker.current?.click()}>
        <Icon name="upload" />
        {waiting ? "Sending…" : "Files"}
      </button>
      <input
        ref={picker}
        type="file"
        hidden
        multiple
        tabIndex={-1}
        aria-label={`Files for ${axis.tag} ${axis.input}`}
        accept={acceptOf(input.upload)}
        onChange={(e) => void take(e.currentTarget.files)}
      />
    </div>
  );
}
