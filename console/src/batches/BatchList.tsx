import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../kit/api";
import { apiBase } from "../kit/call";
import { Badge } from "../kit/Badge";
import { Empty } from "../kit/Empty";
import { useLive } from "../kit/live";
import { Loading, Page } from "../kit/Page";
import { Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import { to, usePlace, setQuery } from "../kit/router";
import { keyWords } from "../kit/snippets";
import { type Column, Table } from "../kit/Table";
import { count, shortId } from "../kit/text";
import { Ago } from "../kit/Ago";
import type { Batch, BatchList as List } from "../kit/types";
import { BatchMeter } from "./BatchMeter";

const PAGE = 50;

const batchCommand = (): string =>
  [
    `curl -X POST ${apiBase()}workflows/txt2img/batches`,
    ...keyWords(),
    "-H 'Content-Type: application/json'",
    `-d '{"matrix":{"sampler":{"seed":[1,2,3],"cfg":[5,7]}}}'`,
  ].join(" \\\n  ");

const PATIENCE = 2000;

const columns: Column<Batch>[] = [
  { name: "status", title: "State", width: "116px", draw: (b) => <Badge state={b.status} /> },
  { name: "id", title: "Batch", width: "100px", isLink: true, draw: (b) => shortId(b.id) },
  { name: "workflow", title: "Workflow", width: "minmax(120px, 1.4fr)", draw: (b) => <WorkflowLink batch={b} /> },
  { name: "total", title: "Runs", width: "70px", align: "end", draw: (b) => count(b.total) },
  { name: "progress", title: "How they ended", width: "minmax(160px, 2fr)", draw: (b) => <BatchMeter batch={b} /> },
  { name: "client", title: "Client", width: "minmax(80px, 1fr)", draw: (b) => <span class="muted">{b.client ?? ""}</span> },
  { name: "created", title: "Made", width: "84px", align: "end", draw: (b) => <Ago at={b.createdAt} /> },
];

function WorkflowLink({ batch }: { batch: Batch }) {
  return (
    <a href={to`workflows/${batch.workflow}`}>
      {batch.workflow} <span class="muted">v{batch.version}</span>
    </a>
  );
}

/** All batches, newest first, of one workflow or in one state where the address says so. */
export function BatchList() {
  const { query } = usePlace();
  const filters = { workflow: query.get("workflow"), status: query.get("status"), client: query.get("client") };
  const asked = JSON.stringify(filters);
  const [rows, setRows] = useState<Batch[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const more = useRef<string | null>(null);
  const latest = useRef(asked);
  latest.current = asked;
  const load = (continuation: string | null): void => {
    more.current = null;
    get<List>("batches", { ...filters, limit: PAGE, continuation }).then(
      (page) => {
        if (latest.current === asked) {
          more.current = page.continuation ?? null;
          setProblem(null);
          setRows((old) => {
            const fresh = new Set(page.batches.map((b) => b.id));
            const kept = (old ?? []).filter((b) => !fresh.has(b.id));
            return continuation === null && old !== null && old.length <= PAGE
              ? page.batches
              : [...(continuation === null ? [...page.batches, ...kept] : [...kept, ...page.batches])];
          });
        }
      },
      (error: unknown) => setProblem(Problem.of(error)),
    );
  };
  useEffect(() => {
    setRows(null);
    load(null);
  }, [asked]);

  // An event of a run of a batch says that its batch has moved; several of them ask once.
  const timer = useRef(0);
  const soon = (): void => {
    if (timer.current === 0) {
      timer.current = setTimeout(() => {
        timer.current = 0;
        load(null);
      }, PATIENCE);
    }
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useLive({ run: (r) => r.batch !== undefined && soon(), onSync: () => load(null) });
  const isFiltered = Object.values(filters).some((f) => f !== null);
  return (
    <Page
      title="Batches"
      actions={
        <>
          {filters.workflow !== null && (
            <button type="button" onClick={() => setQuery({ workflow: null })}>
              workflow: {filters.workflow} ✕
            </button>
          )}
          <label class="inline-choice">
            <span>State</span>
            <select value={filters.status ?? ""} onChange={(e) => setQuery({ status: e.currentTarget.value || null })}>
              <option value="">all</option>
              {["running", "completed", "canceling", "canceled"].map((s) => (
                <option key={s}>{s}</option>
              ))}
            </select>
          </label>
        </>
      }
    >
      {problem !== null && <ProblemBox problem={problem} onRetry={() => load(null)} />}
      {rows === null && problem === null && <Loading />}
      {rows !== null && rows.length > 0 && (
        <Table
          label="Batches"
          rows={rows}
          keyOf={(b) => b.id}
          columns={columns}
          hrefOf={(b) => to`batches/${b.id}`}
          nameOf={(b) => shortId(b.id)}
          card={(b, link) => (
            <>
              <div class="card-line">
                {link(
                  <>
                    {b.workflow} <span class="muted">{shortId(b.id)}</span>
                  </>,
                )}
                <Badge state={b.status} />
              </div>
              <BatchMeter batch={b} />
            </>
          )}
          cardHeight={72}
          hasKeys
          onEnd={() => more.current !== null && load(more.current)}
        />
      )}
      {rows !== null && rows.length === 0 && (
        <Empty icon="batches" title={isFiltered ? "No batch is like that" : "No batch was made yet"} command={batchCommand()}>
          <p>
            A batch makes many runs by one request, from a matrix of values or a list of calls: open a workflow and choose Batch, or send
            it.
          </p>
        </Empty>
      )}
    </Page>
  );
}
