import { useEffect, useState } from "preact/hooks";
import { get } from "../kit/api";
import { apiBase } from "../kit/call";
import { Empty } from "../kit/Empty";
import { Icon } from "../kit/Icon";
import { Loading, Page } from "../kit/Page";
import { Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import { to, useQuery } from "../kit/router";
import { may } from "../kit/session";
import { keyWords } from "../kit/snippets";
import { Store, useStore } from "../kit/store";
import { type Column, Table } from "../kit/Table";
import { count, counted } from "../kit/text";
import { duration } from "../kit/time";
import { Ago } from "../kit/Ago";
import type { Stats, WorkflowList as List, WorkflowRow } from "../kit/types";
import { DropZone } from "./DropZone";
import { HostsBadge } from "./HostLines";
import { forgetSummaries, useSummary } from "./summaries";

const PAGE = 200;

const HOW_TO_SAVE =
  "Drop a file on this page: what ComfyUI’s Workflow › Save or Export (API) writes, or a picture or film that ComfyUI made. " +
  "Tags in the titles of its nodes, such as [sampler:seed,steps], say what callers may set. Or send it:";

const saveCommand = (): string =>
  [
    `curl -X PUT ${apiBase()}workflows/portrait`,
    ...keyWords(),
    "-H 'Content-Type: application/json' --data-binary @portrait.json",
  ].join(" \\\n  ");

const DAY = 24 * 60 * 60 * 1000;

type Numbers = Stats["workflows"][number];

/** Runs of the last day by workflow, where the server counts them. */
const numbers = new Store<ReadonlyMap<string, Numbers> | null>(null);

const columns: Column<WorkflowRow>[] = [
  { name: "name", title: "Workflow", width: "minmax(160px, 2fr)", isLink: true, draw: (w) => w.name },
  { name: "version", title: "Version", width: "minmax(120px, 1.4fr)", draw: (w) => <Versions row={w} /> },
  { name: "hosts", title: "Hosts", width: "110px", draw: (w) => <Hosts row={w} /> },
  { name: "takes", title: "Takes", width: "minmax(130px, 1.4fr)", draw: (w) => <Takes row={w} /> },
  { name: "count", title: "Runs, last day", width: "120px", draw: (w) => <Runs row={w} /> },
  { name: "median", title: "Median", width: "80px", align: "end", draw: (w) => <Median row={w} /> },
  { name: "saved", title: "Saved", width: "84px", align: "end", draw: (w) => <Ago at={w.updatedAt} /> },
];

/** All workflows: versions, who can run them, what they did in the last day. A file dropped here is saved as one. */
export function WorkflowList() {
  const [rows, setRows] = useState<WorkflowRow[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [search, setSearch] = useQuery("search");
  const load = (): void => {
    forgetSummaries();
    all().then(setRows, (error: unknown) => setProblem(Problem.of(error)));
    get<Stats>("stats", { from: new Date(Date.now() - DAY).toISOString() }).then(
      (stats) => numbers.set(new Map(stats.workflows.map((w) => [w.workflow, w]))),
      () => undefined,
    );
  };
  useEffect(load, []);
  const parts = search.toLowerCase().split(/\s+/);
  const shown = rows?.filter((w) => parts.every((p) => w.name.toLowerCase().includes(p))) ?? [];
  return (
    <DropZone existing={rows?.map((r) => r.name) ?? []}>
      {(choose) => (
        <Page
          title="Workflows"
          actions={
            <>
              {rows !== null && rows.length > 0 && (
                <label class="find">
                  <Icon name="search" />
                  <input
                    type="search"
                    aria-label="Find a workflow"
                    placeholder="Find a workflow"
                    value={search}
                    onInput={(e) => setSearch(e.currentTarget.value)}
                  />
                </label>
              )}
              {may("author") && (
                <button type="button" class="primary" onClick={choose}>
                  <Icon name="plus" />
                  Save a workflow
                </button>
              )}
            </>
          }
        >
          {problem !== null && <ProblemBox problem={problem} onRetry={load} />}
          {rows === null && problem === null && <Loading />}
          {rows !== null && rows.length === 0 && (
            <Empty icon="workflows" title="No workflow is saved yet" command={saveCommand()}>
              <p>{may("author") ? HOW_TO_SAVE : "Who has a key of role author can save one:"}</p>
            </Empty>
          )}
          {shown.length > 0 && (
            <Table
              label="Workflows"
              rows={shown}
              keyOf={(w) => w.name}
              columns={columns}
              hrefOf={(w) => to`workflows/${w.name}`}
              card={(w, link) => (
                <>
                  <div class="card-line">
                    {link(w.name)}
                    <Hosts row={w} />
                  </div>
                  <div class="card-line muted">
                    <Versions row={w} />
                    <Runs row={w} />
                  </div>
                </>
              )}
              cardHeight={68}
              hasKeys
            />
          )}
          {rows !== null && rows.length > 0 && shown.length === 0 && (
            <p class="muted">None of {counted(rows.length, "workflow")} has this in its name.</p>
          )}
          {may("author") && rows !== null && rows.length > 0 && (
            <p class="muted drop-hint">
              Drop a file anywhere on this page to save it: a graph, a prompt, or a picture or film that ComfyUI made.
            </p>
          )}
        </Page>
      )}
    </DropZone>
  );
}

async function all(): Promise<WorkflowRow[]> {
  const rows: WorkflowRow[] = [];
  for (let continuation: string | null | undefined = undefined; ;) {
    const page: List = await get<List>("workflows", { limit: PAGE, continuation });
    rows.push(...page.workflows);
    continuation = page.continuation;
    if (!continuation) {
      return rows;
    }
  }
}

function Versions({ row }: { row: WorkflowRow }) {
  const aliases = Object.entries(useSummary(row)?.aliases ?? {});
  return (
    <span class="versions">
      <span class="number">v{row.version}</span>
      {aliases.map(([alias, version]) => (
        <span key={alias} class="alias" title={`${alias} is version ${version}`}>
          {alias}
          {version !== row.version && ` v${version}`}
        </span>
      ))}
    </span>
  );
}

function Hosts({ row }: { row: WorkflowRow }) {
  const workflow = useSummary(row);
  return workflow === null ? null : <HostsBadge workflow={workflow} />;
}

function Takes({ row }: { row: WorkflowRow }) {
  const workflow = useSummary(row);
  const inputs = workflow?.contract.tags.reduce((n, t) => n + t.inputs.length, 0) ?? 0;
  const kinds = [...new Set(workflow?.contract.outputs.map((o) => o.kind))];
  return workflow === null ? null : (
    <span class="muted">
      {counted(inputs, "input")} → {kinds.join(", ") || "nothing"}
    </span>
  );
}

function Runs({ row }: { row: WorkflowRow }) {
  const own = useStore(numbers)?.get(row.name);
  return (
    <a class="runs-link" href={`runs?${new URLSearchParams({ workflow: row.name })}`}>
      {own === undefined ? (
        "runs"
      ) : (
        <>
          {count(own.runs)}
          {own.failed > 0 && <span class="faults"> {count(own.failed)} failed</span>}
        </>
      )}
    </a>
  );
}

function Median({ row }: { row: WorkflowRow }) {
  const p50 = useStore(numbers)?.get(row.name)?.p50Ms;
  return p50 === undefined || p50 === null ? <span class="muted">–</span> : <span class="number">{duration(p50)}</span>;
}
