import { CopyButton } from "../kit/Code";
import { Icon } from "../kit/Icon";
import { toJson } from "../kit/json";
import { to } from "../kit/router";
import { may } from "../kit/session";
import type { Run } from "../kit/types";
import { adviceOn } from "./faults";
import { NodeName, type NodeNames } from "./NodeName";

/** Why the run failed, where, and what to do about it. */
export function ErrorPanel({ run, names }: { run: Run; names: NodeNames }) {
  const { error } = run;
  if (error === undefined) {
    return null;
  }

  const advice = adviceOn(error.code);
  return (
    <section class="panel error-panel" aria-label="Error">
      <header>
        <h2>
          <Icon name="cross" />
          {run.status === "expired" ? "It expired" : "It failed"} with <code>{error.code}</code>
        </h2>
        <CopyButton
          text={toJson({ run: run.id, workflow: run.workflow, version: run.version, host: run.host, attempts: run.attempts, error }, 2)}
          label="Copy all of it"
        />
      </header>
      {error.node !== undefined && (
        <p class="error-node">
          <Icon name="workflows" />
          <NodeName node={error.node} names={names} />
        </p>
      )}
      <pre class="error-message" tabIndex={0} role="region" aria-label="The message">
        {error.message}
      </pre>
      {advice !== undefined && (
        <div class="advice">
          <p>{advice.what}</p>
          <p>
            <strong>What to do:</strong> {advice.todo}
          </p>
        </div>
      )}
      <p class="muted">
        {error.retryable === true ? "Running it again may well help." : "Running it again as it is will hardly help."}{" "}
        {error.node?.class !== undefined && (
          <a href={`runs?status=failed&workflow=${encodeURIComponent(run.workflow)}`}>Other failures of {run.workflow}</a>
        )}
        {may("admin") && run.host !== undefined && error.code === "host_lost" && (
          <>
            {" "}
            <a href={to`hosts/${run.host}`}>The host {run.host}</a>
          </>
        )}
      </p>
    </section>
  );
}
