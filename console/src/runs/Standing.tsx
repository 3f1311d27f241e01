import { percent } from "../kit/text";
import type { Run } from "../kit/types";

/** In a few words how a run stands: how far it is, why it failed, what it made. */
export function Standing({ run }: { run: Run }) {
  const { status, progress, error, queuePosition, host, outputs, cached } = run;
  switch (status) {
    case "queued":
      return (
        <span class="muted">
          {host !== undefined
            ? `in the queue of ${host}`
            : queuePosition === 0
              ? "next"
              : queuePosition !== undefined
                ? `${queuePosition} before it`
                : "waits for a slot"}
        </span>
      );
    case "running":
    case "canceling":
      return (
        <span class="standing">
          <span class="meter" aria-hidden="true">
            <i style={{ width: `${(progress?.value ?? 0) * 100}%` }} />
          </span>
          <span class="number muted">
            {percent(progress?.value ?? 0)}
            {progress?.steps !== undefined && ` · ${progress.step ?? 0}/${progress.steps}`}
          </span>
        </span>
      );
    case "failed":
    case "expired":
      return error === undefined ? null : (
        <span class="standing-error" title={error.message}>
          <code>{error.code}</code> {error.message}
        </span>
      );
    default: {
      const made = Object.values(outputs ?? {}).flat().length;
      return (
        <span class="muted">
          {[made > 0 ? `${made} ${made === 1 ? "output" : "outputs"}` : "", cached === true ? "from the cache" : ""]
            .filter(Boolean)
            .join(" · ")}
        </span>
      );
    }
  }
}
