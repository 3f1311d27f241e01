import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { AsCurl } from "../kit/AsCurl";
import { Badge } from "../kit/Badge";
import { type Call, path } from "../kit/call";
import { TextField } from "../kit/Field";
import { Loading, Panel } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { setQuery, to, usePlace } from "../kit/router";
import { words } from "../kit/text";
import type { CallExplanation, Host, Run, RunnableHost, Workflow, WorkflowList } from "../kit/types";

/** What is asked: a workflow or a run, and what a call would want of its host besides. */
interface Asked {
  what: string;
  label: string;
  memory: string;
}

/** Which hosts can take a workflow or a run, and what keeps the others from it. `only`: of one host. */
export function WhyNotHere({ hosts, only }: { hosts: Host[]; only?: string }) {
  const { query } = usePlace();
  const asked: Asked = { what: query.get("why") ?? "", label: query.get("label") ?? "", memory: query.get("memory") ?? "" };
  const [said, say] = useState(asked);
  const workflows = useResource<WorkflowList>({ method: "GET", path: "workflows", query: { limit: 200 } });
  return (
    <Panel class="why" title={only === undefined ? "Who can take it?" : "Can it take it?"}>
      <form
        class="why-form"
        onSubmit={(e) => {
          e.preventDefault();
          setQuery({ why: said.what.trim(), label: said.label.trim(), memory: said.memory.trim() });
        }}
      >
        <TextField
          label="Workflow, or a run’s id"
          list="why-workflows"
          spellcheck={false}
          placeholder="txt2img"
          value={said.what}
          onValue={(what) => say({ ...said, what })}
        />
        <datalist id="why-workflows">
          {workflows.value?.workflows.map((w) => (
            <option key={w.name} value={w.name} />
          ))}
        </datalist>
        <TextField label="Labels it asks for" spellcheck={false} placeholder="gpu:h100" value={said.label} onValue={(label) => say({ ...said, label })} />
        <TextField label="GB of memory" inputMode="decimal" placeholder="any" value={said.memory} onValue={(memory) => say({ ...said, memory })} />
        <button type="submit">Ask</button>
      </form>
      <div aria-live="polite">
        {asked.what !== "" &&
          (isRunId(asked.what) ? (
            <OfRun key={Object.values(asked).join(" ")} asked={asked} hosts={hosts} only={only} />
          ) : (
            <OfWorkflow key={Object.values(asked).join(" ")} asked={asked} hosts={hosts} only={only} />
          ))}
      </div>
    </Panel>
  );
}

interface AnswerProps {
  asked: Asked;
  hosts: Host[];
  only: string | undefined;
}

// What a call asks for beyond its workflow is known to an explanation only; that one needs values which the workflow takes.
function OfWorkflow(props: AnswerProps) {
  const { what, label, memory } = props.asked;
  const isPlain = label === "" && memory === "";
  const call: Call = isPlain
    ? { method: "GET", path: path`workflows/${what}` }
    : { method: "POST", path: path`workflows/${what}`, query: explain(props.asked), body: {} };
  return <Answer {...props} call={call} says={<>A call of <a href={to`workflows/${what}`}>{what}</a></>} />;
}

function OfRun(props: AnswerProps) {
  const { what } = props.asked;
  const run = useResource<Run>({ method: "GET", path: path`runs/${what}` });
  if (run.value === undefined) {
    return run.problem === null ? <Loading /> : <ProblemBox problem={run.problem} />;
  }

  const { workflow, version, inputs = {} } = run.value;
  const call: Call = { method: "POST", path: path`workflows/${workflow}/versions/${version}`, query: explain(props.asked), body: inputs };
  return (
    <Answer
      {...props}
      call={call}
      says={
        <>
          The run <a href={to`runs/${what}`}>{what}</a> of <a href={to`workflows/${workflow}`}>{workflow}</a> {version}, as it was called
        </>
      }
    />
  );
}

const explain = ({ label, memory }: Asked): Call["query"] => ({
  validateOnly: true,
  label: label.split(/[\s,]+/).filter((l) => l !== ""),
  minVramGb: memory,
});

function Answer({ call, says, hosts, only }: AnswerProps & { call: Call; says: ComponentChildren }) {
  const answer = useResource<Partial<CallExplanation> & Pick<Workflow, "hosts">>(call);
  if (answer.value === undefined) {
    return answer.problem === null ? <Loading /> : <ProblemBox problem={answer.problem} />;
  }

  const shown = (answer.value.hosts ?? []).filter((h) => only === undefined || h.id === only);
  return (
    <div class="why-answer">
      <p class="why-says">
        <span>{says}:</span> <AsCurl calls={call} what="Who can take it" />
      </p>
      {answer.value.valid === false && (
        <ul class="faults">
          {(answer.value.errors ?? []).map((e, i) => (
            <li key={i}>
              {e.pointer && <code>{e.pointer}</code>} {e.detail}
            </li>
          ))}
        </ul>
      )}
      {shown.length > 0 && (
        <ul class="verdicts">
          {shown.map((h) => (
            <Verdict key={h.id} verdict={h} host={hosts.find((k) => k.id === h.id)} isOnly={only !== undefined} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Verdict({ verdict, host, isOnly }: { verdict: RunnableHost; host: Host | undefined; isOnly: boolean }) {
  const takesWork = host === undefined || host.state === "ready";
  return (
    <li>
      {verdict.capable ? (
        <Badge state="capable" tone={takesWork ? "good" : "warn"} icon="check" text="can" />
      ) : (
        <Badge state="incapable" tone="bad" icon="cross" text="cannot" />
      )}
      {!isOnly && <a href={to`hosts/${verdict.id}`}>{verdict.id}</a>}
      <span>
        {!verdict.capable
          ? sentence(verdict.reason ?? "it does not say why")
          : !takesWork
            ? `It has everything, but is ${words(host?.state ?? "")}.`
            : (host?.freeSlots ?? 1) > 0
              ? "It has everything, and a slot free."
              : "It has everything; its slots are lent."}
      </span>
    </li>
  );
}

const sentence = (reason: string): string => `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${/[.!?…]$/.test(reason) ? "" : "."}`;

const isRunId = (text: string): boolean => /^[0-9A-HJKMNP-TV-Z]{26}$/i.test(text);
