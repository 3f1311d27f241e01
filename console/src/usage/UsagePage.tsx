import { AsCurl } from "../kit/AsCurl";
import { Bars } from "../kit/Bars";
import type { Call } from "../kit/call";
import { Choice } from "../kit/Choice";
import { saveAs } from "../kit/download";
import { Empty } from "../kit/Empty";
import { TextField } from "../kit/Field";
import { Figures } from "../kit/Figures";
import { Icon } from "../kit/Icon";
import { Loading, Page, Panel } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { setQuery, to, useQuery } from "../kit/router";
import { Scrolls } from "../kit/Scrolls";
import { may } from "../kit/session";
import { bytes, count, counted, percent } from "../kit/text";
import { duration } from "../kit/time";
import type { Usage } from "../kit/types";
import { csvOf } from "./csv";
import { type Grouping, sumsOf, totalOf, type UsageSum } from "./sums";

const GROUPINGS: readonly { value: Grouping; text: string }[] = [
  { value: "workflow", text: "by workflow" },
  { value: "version", text: "by version" },
  { value: "client", text: "by client" },
];

const BARS = 12;

/** What clients took: runs, GPU time and bytes of outputs, between two days. */
export function UsagePage(_: { parts: string[] }) {
  const [from] = useQuery("from");
  const [until] = useQuery("to");
  const [client, setClient] = useQuery("client");
  const [said, setGrouping] = useQuery("by");
  const isAdmin = may("admin");
  const by = GROUPINGS.find((g) => g.value === said && (isAdmin || g.value !== "client"))?.value ?? "workflow";
  const call: Call = { method: "GET", path: "usage", query: { from, to: until, client } };
  const usage = useResource<Usage>(call);
  const rows = usage.value?.usage ?? [];
  const sums = sumsOf(rows, by);
  const total = totalOf(rows);
  const faultsAt = (name: string): string[] => (usage.problem?.at(`/${name}`) ?? []).map((f) => f.detail);
  return (
    <Page
      title="Usage"
      actions={
        <>
          <button
            type="button"
            disabled={rows.length === 0}
            onClick={() => usage.value !== undefined && saveAs(new Blob([csvOf(rows)], { type: "text/csv;charset=utf-8" }), `usage ${usage.value.from} to ${usage.value.to}.csv`)}
          >
            <Icon name="download" />
            CSV
          </button>
          <AsCurl calls={call} what="Usage" />
        </>
      }
    >
      <div class="filters usage-filters">
        <TextField label="From" type="date" value={from || (usage.value?.from ?? "")} onValue={(day) => setQuery({ from: day })} faults={faultsAt("from")} />
        <TextField label="To" type="date" value={until || (usage.value?.to ?? "")} onValue={(day) => setQuery({ to: day })} faults={faultsAt("to")} />
        {isAdmin && (
          <TextField label="Client" spellcheck={false} placeholder="all" value={client} onValue={(name) => setClient(name === "" ? null : name)} />
        )}
        <Choice
          label="Summed up"
          options={isAdmin ? GROUPINGS : GROUPINGS.filter((g) => g.value !== "client")}
          chosen={by}
          onChoose={(g) => setGrouping(g === "workflow" ? null : g)}
        />
        <p class="muted">Days are UTC. {isAdmin ? "" : "What is shown is your own."}</p>
      </div>
      {usage.problem !== null && usage.problem.isBeyond(["/from", "/to"]) && <ProblemBox problem={usage.problem} onRetry={usage.reload} />}
      {usage.value === undefined && usage.problem === null && <Loading />}
      {usage.value !== undefined && rows.length === 0 && (
        <Empty icon="usage" title="Nothing has ended in these days.">
          <p>Sums are written when runs end. Choose other days, or look at what is going on at the runs.</p>
        </Empty>
      )}
      {rows.length > 0 && (
        <>
          <Figures
            label="All together"
            figures={[
              { name: "Runs", value: count(total.runs), hint: goneWell(total) },
              { name: "GPU time", value: duration(1000 * total.gpuSeconds), hint: "of all attempts" },
              { name: "Outputs", value: bytes(total.outputBytes), hint: `${bytes(total.outputBytes / Math.max(1, total.runs))} a run` },
              { name: "A run", value: duration((1000 * total.gpuSeconds) / Math.max(1, total.runs)), hint: "of GPU time, on average" },
            ]}
          />
          <Panel title={`GPU time ${GROUPINGS.find((g) => g.value === by)?.text}`} actions={sums.length > BARS && <span class="muted">{`the first ${BARS} of ${sums.length}`}</span>}>
            <Bars
              label="GPU time"
              bars={sums.slice(0, BARS).map((s) => ({
                key: s.key,
                name: <Name sum={s} by={by} />,
                value: s.gpuSeconds,
                text: duration(1000 * s.gpuSeconds),
                aside: percent(total.gpuSeconds === 0 ? 0 : s.gpuSeconds / total.gpuSeconds),
              }))}
            />
          </Panel>
          <Panel title="Sums">
            <SumTable sums={sums} by={by} />
          </Panel>
        </>
      )}
    </Page>
  );
}

function Name({ sum, by }: { sum: UsageSum; by: Grouping }) {
  if (by === "client") {
    return sum.client === "" ? <span class="muted">no name</span> : <a href={`runs?client=${encodeURIComponent(sum.client)}`}>{sum.client}</a>;
  }

  return (
    <>
      <a href={to`workflows/${sum.workflow}`}>{sum.workflow}</a>
      {by === "version" && <span class="muted"> {sum.version}</span>}
    </>
  );
}

function SumTable({ sums, by }: { sums: UsageSum[]; by: Grouping }) {
  return (
    <Scrolls label="Sums">
      <table>
        <thead>
          <tr>
            <th>{by === "client" ? "Client" : "Workflow"}</th>
            <th class="end">Runs</th>
            <th class="end">Went well</th>
            <th class="end">GPU time</th>
            <th class="end">A run</th>
            <th class="end">Outputs</th>
          </tr>
        </thead>
        <tbody>
          {sums.map((s) => (
            <tr key={s.key}>
              <td>
                <Name sum={s} by={by} />
              </td>
              <td class="end number">{count(s.runs)}</td>
              <td class="end number">{percent(s.runs === 0 ? 0 : s.succeeded / s.runs)}</td>
              <td class="end number">{duration(1000 * s.gpuSeconds)}</td>
              <td class="end number">{duration((1000 * s.gpuSeconds) / Math.max(1, s.runs))}</td>
              <td class="end number">{bytes(s.outputBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

const goneWell = ({ runs, succeeded }: { runs: number; succeeded: number }): string =>
  succeeded === runs ? "all of them went well" : `${counted(runs - succeeded, "run")} did not go well`;
