import { Ago, Took } from "../kit/Ago";
import { CopyButton } from "../kit/Code";
import { Facts, Panel } from "../kit/Page";
import { to } from "../kit/router";
import { may } from "../kit/session";
import { moment } from "../kit/time";
import { shortId } from "../kit/text";
import type { Run } from "../kit/types";

/** The run's times, and what it belongs to. */
export function About({ run }: { run: Run }) {
  return (
    <Panel title="About" actions={<CopyButton text={run.id} label="Copy the id" />}>
      <Facts
        facts={[
          ["Run", <code>{run.id}</code>],
          [
            "Workflow",
            <>
              <a href={to`workflows/${run.workflow}`}>{run.workflow}</a> <span class="muted">version {run.version}</span>
            </>,
          ],
          ["Host", run.host !== undefined && (may("admin") ? <a href={to`hosts/${run.host}`}>{run.host}</a> : run.host)],
          ["Client", run.client && <a href={`runs?client=${encodeURIComponent(run.client)}`}>{run.client}</a>],
          [
            "Batch",
            run.batch && (
              <>
                <a href={to`batches/${run.batch.id}`}>
                  <code>{shortId(run.batch.id)}</code>
                </a>
                {run.batch.index !== undefined && <span class="muted"> call {run.batch.index}</span>}
              </>
            ),
          ],
          [
            "Retry of",
            run.retryOf && (
              <a href={to`runs/${run.retryOf}`}>
                <code>{shortId(run.retryOf)}</code>
              </a>
            ),
          ],
          ["Created", <time dateTime={run.createdAt}>{moment(run.createdAt)}</time>],
          ["Started", run.startedAt && moment(run.startedAt)],
          ["Ended", run.completedAt && moment(run.completedAt)],
          ["Took", run.startedAt && <Took from={run.startedAt} to={run.completedAt ?? null} />],
          ["Start by", run.startedAt === undefined && run.completedAt === undefined && run.startBy && <Ago at={run.startBy} />],
          ["Finish by", run.completedAt === undefined && run.finishBy && <Ago at={run.finishBy} />],
          ["From the cache", run.cached === true && "yes: no GPU worked"],
          ["Kept until", run.expiresAt && moment(run.expiresAt)],
        ]}
      />
    </Panel>
  );
}
