import { Action } from "../kit/Action";
import { Badge } from "../kit/Badge";
import { path } from "../kit/call";
import { Icon } from "../kit/Icon";
import { Loading, Page } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useKeys } from "../kit/keys";
import { useResource } from "../kit/resource";
import { go, to } from "../kit/router";
import { shortId } from "../kit/text";
import { useNow } from "../kit/time";
import type { DeliveryList, Run } from "../kit/types";
import { cancelCall, deleteCall, retryCall } from "../runs/calls";
import { isOpen } from "../runs/filter";
import { NotFound } from "../shell/NotFound";
import { About } from "./About";
import { Deliveries } from "./Deliveries";
import { ErrorPanel } from "./ErrorPanel";
import { Inputs } from "./Inputs";
import { useNodeNames } from "./NodeName";
import { Outputs } from "./Outputs";
import { Progress } from "./Progress";
import { RunCode } from "./RunCode";
import { usePending } from "./usePending";
import { useRun } from "./useRun";
import { Waterfall } from "./Waterfall";

/** One run: how it goes or went, what came of it, why, and what can be done with it. */
export function RunPage({ id }: { id: string }) {
  const followed = useRun(id);
  const { run, problem } = followed;
  const names = useNodeNames(run);
  const hasEnded = run !== undefined && !isOpen(run.status);
  const told = useResource<DeliveryList>(run === undefined ? null : { method: "GET", path: path`runs/${id}/deliveries`, query: {} });
  usePending(told, hasEnded, run?.status);
  useKeys([
    { key: "u", does: "up to the runs", run: () => go("runs") },
    { key: "e", does: "edit and run", run: () => run !== undefined && go(editHref(run)) },
  ]);
  if (run === undefined) {
    return problem === null ? (
      <Loading />
    ) : problem.status === 404 ? (
      <NotFound what="run" />
    ) : (
      <Page title={id}>
        <ProblemBox problem={problem} onRetry={followed.reload} />
      </Page>
    );
  }

  const deliveries = told.value?.deliveries ?? [];
  return (
    <Page
      title={`${run.workflow} ${shortId(id)}`}
      class="run"
      above={
        <p class="above">
          <a href="runs">Runs</a> <Icon name="right" /> <code>{id}</code>
        </p>
      }
      heading={
        <>
          {run.workflow} <span class="muted">v{run.version}</span>
          <span aria-live="polite">
            <Badge state={run.status} />
          </span>
        </>
      }
      actions={<RunActions run={run} onChange={followed.set} />}
    >
      {problem !== null && <ProblemBox problem={problem} onRetry={followed.reload} />}
      <div class="run-columns">
        <div class="run-main">
          {!hasEnded && <Progress run={run} preview={followed.preview} names={names} />}
          <ErrorPanel run={run} names={names} />
          <Outputs run={run} />
          {hasEnded ? (
            <Waterfall run={run} now={0} nodes={followed.nodes} names={names} deliveries={deliveries} />
          ) : (
            <Ticking {...{ run, names, deliveries }} nodes={followed.nodes} />
          )}
        </div>
        <div class="run-side">
          <Inputs run={run} />
          <About run={run} />
          {deliveries.length > 0 && <Deliveries deliveries={deliveries} />}
        </div>
        <div class="run-code">
          <RunCode run={run} />
        </div>
      </div>
    </Page>
  );
}

/** While it goes on, the waterfall grows each second. */
function Ticking(props: Omit<Parameters<typeof Waterfall>[0], "now">) {
  return <Waterfall {...props} now={useNow()} />;
}

const editHref = (run: Run): string => `${to`workflows/${run.workflow}/run`}?from=${encodeURIComponent(run.id)}`;

function RunActions({ run, onChange }: { run: Run; onChange: (run: Run) => void }) {
  return (
    <>
      {isOpen(run.status) ? (
        <Action<Run>
          label="Cancel"
          icon="stop"
          call={cancelCall(run.id)}
          disabled={run.status === "canceling"}
          confirm={{ title: "Cancel this run?", text: "Its prompt is stopped on its host. What it made is lost." }}
          onDone={([answer]) => answer !== undefined && onChange({ ...run, ...answer })}
        />
      ) : (
        <Action<Run>
          label="Run again"
          icon="again"
          call={retryCall(run.id)}
          done="The same call was made once more."
          onDone={([made]) => made !== undefined && go(to`runs/${made.id}`)}
        />
      )}
      <a class="button" href={editHref(run)}>
        <Icon name="edit" />
        Edit and run
      </a>
      {!isOpen(run.status) && (
        <Action
          label="Delete"
          icon="trash"
          kind="danger"
          call={deleteCall(run.id)}
          confirm={{ title: "Delete this run?", text: "Its outputs are deleted with it. This cannot be undone." }}
          done="The run is deleted."
          onDone={() => go("runs")}
        />
      )}
    </>
  );
}
