import { Badge } from "../kit/Badge";
import { Ago, Took } from "../kit/Ago";
import type { Column } from "../kit/Table";
import { shortId } from "../kit/text";
import type { Run } from "../kit/types";
import { isOpen } from "./filter";
import { Standing } from "./Standing";
import { Thumb } from "./Thumb";

const attempts = (run: Run): string => ((run.attempt ?? 1) > 1 ? ` (attempt ${run.attempt})` : "");

const time = (run: Run) =>
  run.startedAt === undefined && run.completedAt !== undefined ? (
    <span class="muted">–</span>
  ) : isOpen(run.status) ? (
    <Took from={run.startedAt} />
  ) : (
    <Took from={run.startedAt} to={run.completedAt ?? null} />
  );

const COLUMNS: Column<Run>[] = [
  { name: "status", title: "Status", width: "112px", draw: (r) => <Badge state={r.status} /> },
  { name: "picture", title: "", width: "32px", draw: (r) => <Thumb run={r} /> },
  {
    name: "workflow",
    title: "Workflow",
    width: "minmax(130px, 1.2fr)",
    isLink: true,
    draw: (r) => (
      <>
        {r.workflow} <span class="muted">v{r.version}</span>
      </>
    ),
  },
  { name: "id", title: "Run", width: "92px", draw: (r) => <code title={r.id}>{shortId(r.id)}</code> },
  { name: "standing", title: "Outcome", width: "minmax(160px, 2fr)", draw: (r) => <Standing run={r} /> },
  {
    name: "host",
    title: "Host",
    width: "minmax(80px, 0.8fr)",
    draw: (r) => (r.host === undefined ? <span class="muted">–</span> : `${r.host}${attempts(r)}`),
  },
  { name: "took", title: "Took", width: "84px", align: "end", draw: time },
  { name: "at", title: "Created", width: "78px", align: "end", draw: (r) => <Ago at={r.createdAt} /> },
];

const CLIENT: Column<Run> = {
  name: "client",
  title: "Client",
  width: "minmax(70px, 0.7fr)",
  draw: (r) => r.client ?? <span class="muted">–</span>,
};

const WITH_CLIENT = COLUMNS.toSpliced(-2, 0, CLIENT);

/** The columns of runs; whose they are is told where callers are told apart. */
export const columnsOf = (hasClients: boolean): Column<Run>[] => (hasClients ? WITH_CLIENT : COLUMNS);
