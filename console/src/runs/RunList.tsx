import { useMemo } from "preact/hooks";
import { Empty } from "../kit/Empty";
import { Loading, Page } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { to, usePlace } from "../kit/router";
import { may, session } from "../kit/session";
import { useStore } from "../kit/store";
import { Table, useSelection } from "../kit/Table";
import { count } from "../kit/text";
import type { Run } from "../kit/types";
import { columnsOf } from "./columns";
import { filterOf, hasWords, isFiltered } from "./filter";
import { Filters } from "./Filters";
import { NoRuns } from "./NoRuns";
import { drawCard } from "./RunCard";
import { SelectedBar } from "./SelectedBar";
import { useRuns } from "./useRuns";

const keyOf = (run: Run): string => run.id;
const hrefOf = (run: Run): string => to`runs/${run.id}`;
const nameOf = (run: Run): string => `${run.workflow} ${run.id}`;

/** The runs, newest first, as they happen. */
export function RunList() {
  const { query } = usePlace();
  const who = useStore(session);
  const filter = filterOf(query);
  const words = query.get("q") ?? "";
  const runs = useRuns(filter);
  const selection = useSelection();
  const rows = useMemo(() => (words === "" ? runs.rows : runs.rows.filter((r) => hasWords(r, words))), [runs.rows, words]);
  const hasClients = may("admin") && who.is === "known" && who.me.keysRequired;
  return (
    <Page
      title="Runs"
      actions={
        runs.rows.length > 0 && (
          <span class="muted" role="status">
            {words !== "" && `${count(rows.length)} of `}
            {count(runs.rows.length)}
            {runs.continuation !== null && "+"} {runs.rows.length === 1 ? "run" : "runs"}
          </span>
        )
      }
    >
      <Filters filter={filter} words={words} hasClients={hasClients} />
      {runs.problem !== null && <ProblemBox problem={runs.problem} onRetry={runs.reload} />}
      {rows.length > 0 ? (
        <Table<Run>
          label="Runs"
          rows={rows}
          keyOf={keyOf}
          columns={columnsOf(hasClients)}
          hrefOf={hrefOf}
          nameOf={nameOf}
          card={drawCard}
          cardHeight={92}
          selection={selection}
          hasKeys
          onEnd={runs.more}
        />
      ) : runs.isLoading ? (
        <Loading />
      ) : runs.problem !== null ? null : isFiltered(filter) || words !== "" ? (
        <Empty icon="search" title="No run fits">
          <p>
            {words !== ""
              ? "The search looks at the runs that are loaded; the other filters ask the server."
              : "Take a filter away, or look at another time."}
          </p>
        </Empty>
      ) : (
        <NoRuns />
      )}
      <SelectedBar rows={rows} selection={selection} runs={runs} />
    </Page>
  );
}
