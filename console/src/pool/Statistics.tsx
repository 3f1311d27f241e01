import { AsCurl } from "../kit/AsCurl";
import { Choice } from "../kit/Choice";
import { SelectField } from "../kit/Field";
import { Loading, Panel } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useQuery } from "../kit/router";
import { may } from "../kit/session";
import { Charts } from "./Charts";
import { Failures } from "./Failures";
import { GpuTime } from "./GpuTime";
import { RANGES, type RangeName, useStats } from "./useStats";

/** How it went in the last hours or days: times, rates, reuse, GPU time, and what failed. */
export function Statistics() {
  const [said, setRange] = useQuery("range");
  const [workflow, setWorkflow] = useQuery("workflow");
  const range: RangeName = RANGES.find((r) => r.value === said)?.value ?? "1h";
  const { value, problem, again } = useStats(range, workflow);
  const names = [...new Set([...(value?.workflows ?? []).map((w) => w.workflow), ...(workflow === "" ? [] : [workflow])])].sort();
  return (
    <>
      <div class="filters lately">
        <h2>Lately</h2>
        <Choice label="Range" options={RANGES} chosen={range} onChoose={(r) => setRange(r === "1h" ? null : r)} />
        <SelectField
          label="Workflow"
          isLabelHidden
          value={workflow}
          onValue={setWorkflow}
          options={[{ value: "", text: may("admin") ? "all workflows" : "all your workflows" }, ...names]}
        />
        <AsCurl calls={() => ({ method: "GET", path: "stats", query: { from: value?.from, workflow } })} what="Statistics" />
      </div>
      {problem?.status === 404 ? (
        <Panel title="Statistics">
          <p class="muted">This server keeps no statistics: its release is older than this page.</p>
        </Panel>
      ) : (
        problem !== null && <ProblemBox problem={problem} onRetry={again} />
      )}
      {value === undefined && problem === null && <Loading />}
      {value !== undefined && (
        <>
          {value.totals.runs > 0 && <Charts stats={value} />}
          <div class="stacks">
            <GpuTime stats={value} range={range} />
            <Failures stats={value} />
          </div>
        </>
      )}
    </>
  );
}
