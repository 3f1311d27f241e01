import { useEffect, useRef, useState } from "preact/hooks";
import { Action } from "../kit/Action";
import { AsCurl } from "../kit/AsCurl";
import { get } from "../kit/api";
import { Badge } from "../kit/Badge";
import { type Call, path } from "../kit/call";
import { saveAnswer } from "../kit/download";
import { Icon } from "../kit/Icon";
import { toJson } from "../kit/json";
import { useLive } from "../kit/live";
import { Facts, Loading, Page, Panel } from "../kit/Page";
import { Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import { to } from "../kit/router";
import { may } from "../kit/session";
import { counted, shortId } from "../kit/text";
import { Ago } from "../kit/Ago";
import type { Batch, Run, RunList } from "../kit/types";
import { BatchMeter } from "./BatchMeter";
import { Sheet } from "./Sheet";

const PAGE = 200;
const PATIENCE = 1000;

/** A batch as a contact sheet: what came of each of its calls, as it comes. */
export function BatchPage({ id }: { id: string }) {
  const { batch, runs, problem, reload } = useBatch(id);
  if (batch === null) {
    return <Page title={`Batch ${shortId(id)}`}>{problem !== null ? <ProblemBox problem={problem} onRetry={reload} /> : <Loading />}</Page>;
  }

  const isOpen = batch.status === "running" || batch.status === "canceling";
  const table: Call = { method: "GET", path: path`batches/${id}/runs.csv` };
  const zip: Call = { method: "GET", path: path`batches/${id}/outputs`, query: { bundle: "zip", link: true } };
  return (
    <Page
      title={`Batch ${shortId(id)}`}
      above={
        <p class="crumbs">
          <a href="batches">Batches</a>
        </p>
      }
      heading={
        <span class="workflow-title">
          Batch {shortId(id)} <Badge state={batch.status} />
        </span>
      }
      actions={
        <>
          {may("run") && batch.status === "running" && (
            <Action
              label="Cancel"
              icon="stop"
              kind="danger"
              call={{ method: "POST", path: path`batches/${id}/cancel` }}
              confirm={{
                title: "Cancel the batch?",
                text: "No more runs are made, and those that are open are canceled. What has ended stays.",
              }}
              onDone={reload}
            />
          )}
          <Download label="CSV" call={table} name={`batch-${id}.csv`} />
          <Download
            label="Zip of all outputs"
            call={zip}
            name={`${batch.workflow}-${id}.zip`}
            disabled={isOpen}
            title={isOpen ? "It is made when the batch has ended" : undefined}
          />
        </>
      }
    >
      <div class="batch-head">
        <Facts
          facts={[
            [
              "Workflow",
              <>
                <a href={to`workflows/${batch.workflow}`}>{batch.workflow}</a>{" "}
                <a class="muted" href={`${to`workflows/${batch.workflow}`}?version=${batch.version}`}>
                  v{batch.version}
                </a>
              </>,
            ],
            ["Made", <Ago at={batch.createdAt} />],
            ["Client", batch.client],
            ["Runs", <a href={`runs?${new URLSearchParams({ batch: id })}`}>{counted(batch.total, "call")}, as a list</a>],
            ["Metadata", batch.metadata && <code>{toJson(batch.metadata)}</code>],
          ]}
        />
        <div aria-live="polite" class="batch-progress">
          <BatchMeter batch={batch} />
        </div>
      </div>
      {problem !== null && <ProblemBox problem={problem} onRetry={reload} />}
      {(batch.refused?.length ?? 0) > 0 && (
        <Panel title={`${counted(batch.refused?.length ?? 0, "call")} refused`}>
          <ul class="findings">
            {batch.refused?.slice(0, 50).map((r) => (
              <li key={r.index}>
                <b class="number">#{r.index}</b>{" "}
                {r.errors?.map((e, i) => (
                  <span key={i}>
                    {e.pointer && <code>{e.pointer}</code>} {e.detail}{" "}
                  </span>
                ))}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Sheet id={id} total={batch.total} runs={runs} />
    </Page>
  );
}

function Download({
  label,
  call,
  name,
  disabled = false,
  title,
}: {
  label: string;
  call: Call;
  name: string;
  disabled?: boolean;
  title?: string | undefined;
}) {
  const [isBusy, setBusy] = useState(false);
  return (
    <span class="action">
      <button
        type="button"
        disabled={disabled || isBusy}
        aria-busy={isBusy}
        title={title ?? ""}
        onClick={async () => {
          setBusy(true);
          await saveAnswer(call, name);
          setBusy(false);
        }}
      >
        <Icon name="download" />
        {label}
      </button>
      <AsCurl what={label} calls={call} />
    </span>
  );
}

interface Loaded {
  batch: Batch | null;
  runs: readonly Run[];
  problem: Problem | null;
  reload: () => void;
}

/** The batch and its runs by their index, kept up to date by the page's stream. */
function useBatch(id: string): Loaded {
  const [batch, setBatch] = useState<Batch | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [runs, setRuns] = useState<readonly Run[]>([]);
  const known = useRef(new Map<string, Run>());
  const timer = useRef({ batch: 0, runs: 0, all: 0 });
  const open = useRef(true);

  const show = (): void => setRuns([...known.current.values()].sort((a, b) => (a.batch?.index ?? 0) - (b.batch?.index ?? 0)));
  const readBatch = (): void => {
    get<Batch>(path`batches/${id}`).then(
      (b) => {
        open.current = b.status === "running" || b.status === "canceling";
        setBatch(b);
        setProblem(null);
      },
      (error: unknown) => setProblem(Problem.of(error)),
    );
  };
  const readRuns = async (): Promise<void> => {
    try {
      let continuation: string | null | undefined;
      do {
        const page: RunList = await get<RunList>("runs", { batch: id, limit: PAGE, continuation });
        for (const run of page.runs) {
          known.current.set(run.id, run);
        }

        show();
        continuation = page.continuation;
      } while (continuation);
    } catch (error) {
      setProblem(Problem.of(error));
    }
  };
  const reload = (): void => {
    readBatch();
    void readRuns();
  };

  /** Many events within a second are one look. */
  const once = (what: keyof typeof timer.current, does: () => void): void => {
    if (timer.current[what] === 0) {
      timer.current[what] = setTimeout(() => {
        timer.current[what] = 0;
        does();
      }, PATIENCE);
    }
  };
  useEffect(() => {
    reload();
    const times = timer.current;
    return () => Object.values(times).forEach(clearTimeout);
  }, [id]);
  useLive({
    run: (run) => {
      if (run.batch?.id === id) {
        known.current.set(run.id, { ...known.current.get(run.id), ...run });
        once("runs", show);
        once("batch", readBatch);
      }
    },
    onSync: () => (open.current ? reload() : undefined),
  });
  return { batch, runs, problem, reload };
}
