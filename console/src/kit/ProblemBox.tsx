import { CopyButton } from "./Code";
import { Icon } from "./Icon";
import { toJson } from "./json";
import type { Problem } from "./problem";

/** A refusal of the API with everything it says: each fault, and where it is. */
export function ProblemBox({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  const { title, detail, code, status, errors, traceId, retryAfter } = problem;
  return (
    <div class="problem" role="alert">
      <div class="problem-head">
        <Icon name="warning" />
        <strong>{title}</strong>
        {code !== "" && <code>{code}</code>}
      </div>
      {detail !== "" && detail !== title && <p>{detail}</p>}
      {errors.length > 0 && (
        <ul>
          {errors.map((e, i) => (
            <li key={i}>
              {e.pointer ? <code>{e.pointer}</code> : null} {e.detail}
            </li>
          ))}
        </ul>
      )}
      <div class="problem-foot">
        {retryAfter !== null && <span class="muted">Again in {retryAfter} s.</span>}
        {traceId !== "" && <span class="muted">trace {traceId}</span>}
        {onRetry !== undefined && (
          <button type="button" onClick={onRetry}>
            <Icon name="again" />
            Try again
          </button>
        )}
        <CopyButton text={toJson({ status, code, title, detail, errors, traceId }, 2)} />
      </div>
    </div>
  );
}
