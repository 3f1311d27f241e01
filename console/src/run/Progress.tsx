import { Icon } from "../kit/Icon";
import { percent } from "../kit/text";
import type { Run } from "../kit/types";
import type { NodeNames } from "./NodeName";

/** How far a run is: its queue, then its node and step, with a picture of the work where the host makes one. */
export function Progress({ run, preview, names }: { run: Run; preview: string | null; names: NodeNames }) {
  const { progress, status, queuePosition, host } = run;
  const value = progress?.value ?? 0;
  const words =
    status === "canceling"
      ? "It is being stopped on its host."
      : status === "queued"
        ? host !== undefined
          ? `In the queue of ${host}: it executes once the prompts before it have.`
          : queuePosition === undefined || queuePosition === 0
            ? "Next in the queue: it waits for a slot on a host."
            : `${queuePosition} before it in the queue.`
        : progress?.node !== undefined
          ? names(progress.node)
          : `Executing on ${host ?? "a host"}.`;
  return (
    <section class="panel progress" aria-label="Progress">
      {preview !== null && <img class="preview" src={preview} alt="The picture as it is now" />}
      <div class="progress-words">
        <div class="progress-line">
          <strong>
            {status === "queued" && <Icon name="clock" />}
            {words}
          </strong>
          {status === "running" && <span class="number">{percent(value)}</span>}
        </div>
        <progress class="bar-of-progress" aria-label="Progress" max={1} {...(status === "queued" ? {} : { value })} />
        <p class="muted number">
          {[
            progress?.steps !== undefined ? `step ${progress.step ?? 0} of ${progress.steps}` : "",
            progress?.nodesTotal !== undefined ? `${progress.nodesDone ?? 0} of ${progress.nodesTotal} nodes done` : "",
            run.attempt !== undefined && run.attempt > 1 ? `attempt ${run.attempt}` : "",
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
    </section>
  );
}
