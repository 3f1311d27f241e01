import type { ComponentChildren } from "preact";
import { Badge } from "../kit/Badge";
import { Ago, Took } from "../kit/Ago";
import type { Run } from "../kit/types";
import { Standing } from "./Standing";
import { Thumb } from "./Thumb";

/** A run where there is no room for columns. */
export const drawCard = (run: Run, link: (children: ComponentChildren) => ComponentChildren) => (
  <div class="run-card">
    <Thumb run={run} />
    <div class="run-card-words">
      <div class="run-card-line">
        {link(
          <>
            {run.workflow} <span class="muted">v{run.version}</span>
          </>,
        )}
        <span class="muted">
          <Ago at={run.createdAt} />
        </span>
      </div>
      <div class="run-card-line">
        <Badge state={run.status} />
        {run.startedAt !== undefined && run.completedAt !== undefined && (
          <span class="muted">
            <Took from={run.startedAt} to={run.completedAt} />
          </span>
        )}
      </div>
      <div class="run-card-standing">
        <Standing run={run} />
      </div>
    </div>
  </div>
);
