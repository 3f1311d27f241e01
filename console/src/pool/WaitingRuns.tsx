import { Badge, type Tone } from "../kit/Badge";
import type { IconName } from "../kit/Icon";
import { Loading, Panel } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { to } from "../kit/router";
import { may } from "../kit/session";
import { count, counted, shortId, words } from "../kit/text";
import { Table, type Column } from "../kit/Table";
import { Ago } from "../kit/Ago";
import { useNow } from "../kit/time";
import type { Waiting } from "../kit/types";
import type { QueueNow } from "./useQueue";

// What waits for its turn is as it should be; what nobody can serve wants somebody.
const SIGNS: Record<string, [Tone, IconName]> = {
  queue_paused: ["warn", "pause"],
  no_host: ["bad", "warning"],
  no_capable_host: ["bad", "warning"],
  host_offline: ["bad", "warning"],
  host_quarantined: ["bad", "warning"],
  host_draining: ["warn", "pause"],
  foreign_work: ["warn", "clock"],
  host_warming_up: ["busy", "arc"],
  models_loading: ["busy", "arc"],
};

/** The runs that wait for a slot: their places, what each waits for, and when it is expected to begin. */
export function WaitingRuns({ queue }: { queue: QueueNow }) {
  const { value, problem } = queue;
  const waiting = value?.waiting ?? [];
  return (
    <Panel
      title="What waits"
      actions={
        value !== undefined &&
        value.total > 0 && (
          <span class="muted">
            {waiting.length < value.total ? `the first ${waiting.length} of ${count(value.total)}` : counted(value.total, "run")}
          </span>
        )
      }
    >
      {problem?.status === 404 ? (
        <p class="muted">This server does not show its queue: its release is older than this page.</p>
      ) : (
        problem !== null && <ProblemBox problem={problem} onRetry={queue.reload} />
      )}
      {value === undefined && problem === null && <Loading />}
      {value !== undefined && waiting.length === 0 && (
        <p class="muted">{may("admin") ? "Nothing waits: what is called now gets a slot at once, if a host has one." : "None of your runs waits."}</p>
      )}
      {waiting.length > 0 && (
        <Table<Waiting>
          label="Waiting runs"
          rows={waiting}
          columns={COLUMNS}
          keyOf={(w) => w.run}
          hrefOf={(w) => to`runs/${w.run}`}
          nameOf={(w) => w.run}
          rowHeight={56}
          cardHeight={112}
          card={(w, link) => (
            <div class="waiting-card">
              <span class="waiting-head">
                <span class="number">{w.position + 1}.</span> {link(shortId(w.run))}
                <span class="muted">
                  {w.workflow} {w.version}
                </span>
              </span>
              <For waiting={w} />
              <span class="muted waiting-words">{w.waitsFor.message}</span>
              <span class="muted">
                since <Ago at={w.since} /> · begins <Begins at={w.expectedStartAt} />
              </span>
            </div>
          )}
        />
      )}
    </Panel>
  );
}

/** When it is expected to begin. What was expected by now is about to. */
function Begins({ at }: { at: string | null | undefined }) {
  const now = useNow();
  return at ? Date.parse(at) <= now ? <>any moment</> : <Ago at={at} /> : <span class="muted">not known</span>;
}

function For({ waiting }: { waiting: Waiting }) {
  const { code } = waiting.waitsFor;
  const [tone, icon] = SIGNS[code] ?? ["wait", "ring"];
  return <Badge state={code} tone={tone} icon={icon} text={words(code)} />;
}

const COLUMNS: Column<Waiting>[] = [
  { name: "position", title: "Place", width: "52px", align: "end", draw: (w) => <span class="number">{w.position + 1}</span> },
  { name: "run", title: "Run", width: "92px", isLink: true, draw: (w) => <span title={w.run}>{shortId(w.run)}</span> },
  {
    name: "workflow",
    title: "Workflow",
    width: "minmax(90px, 1fr)",
    draw: (w) => (
      <>
        {w.workflow} <span class="muted">{w.version}</span>
      </>
    ),
  },
  {
    name: "whose",
    title: "Client, batch",
    width: "minmax(80px, 1fr)",
    draw: (w) => (
      <>
        {w.client ?? (w.batch ? "" : <span class="muted">–</span>)}{" "}
        {w.batch && (
          <a href={to`batches/${w.batch}`} title={w.batch}>
            {shortId(w.batch)}
          </a>
        )}
      </>
    ),
  },
  { name: "priority", title: "Priority", width: "58px", align: "end", draw: (w) => <span class="number">{w.priority}</span> },
  {
    name: "waits-for",
    title: "Waits for",
    width: "minmax(200px, 3fr)",
    draw: (w) => (
      <>
        <For waiting={w} />
        <span class="muted" title={w.waitsFor.message}>
          {w.waitsFor.message}
        </span>
      </>
    ),
  },
  { name: "since", title: "Since", width: "84px", draw: (w) => <Ago at={w.since} /> },
  { name: "start", title: "Begins", width: "84px", draw: (w) => <Begins at={w.expectedStartAt} /> },
  { name: "deadline", title: "Expires", width: "84px", draw: (w) => (w.startBy ? <Ago at={w.startBy} /> : <span class="muted">–</span>) },
];
