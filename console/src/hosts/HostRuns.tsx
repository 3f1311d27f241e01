import { Badge } from "../kit/Badge";
import { useLive } from "../kit/live";
import { Panel } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { to } from "../kit/router";
import { Scrolls } from "../kit/Scrolls";
import { shortId } from "../kit/text";
import { Ago } from "../kit/Ago";
import { duration } from "../kit/time";
import type { Run, RunList } from "../kit/types";

const SHOWN = 15;

/** The last runs that were placed on a host. */
export function HostRuns({ id }: { id: string }) {
  const list = useResource<RunList>({ method: "GET", path: "runs", query: { host: id, limit: SHOWN } });
  const runs = list.value?.runs ?? [];
  const put = (run: Run): void =>
    list.set({
      runs: [run, ...runs.filter((r) => r.id !== run.id)]
        .filter((r) => r.host === id)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, SHOWN),
    });
  useLive({
    run: (run) => list.value !== undefined && (run.host === id || runs.some((r) => r.id === run.id)) && put(run),
    onSync: list.reload,
  });
  return (
    <Panel title="Its last runs" actions={runs.length > 0 && <a href={`runs?host=${encodeURIComponent(id)}`}>all its runs</a>}>
      {list.problem !== null && <ProblemBox problem={list.problem} onRetry={list.reload} />}
      {list.value !== undefined && runs.length === 0 && <p class="muted">No run has been here yet.</p>}
      {runs.length > 0 && (
        <Scrolls label="Its last runs">
          <table>
            <thead>
              <tr>
                <th>Run</th>
                <th>Status</th>
                <th>Workflow</th>
                <th>Began</th>
                <th class="end">Executed</th>
                <th>What went wrong</th>
              </tr>
            </thead>
            <tbody>
              {runs.map((r) => (
                <tr key={r.id}>
                  <td>
                    <a href={to`runs/${r.id}`} title={r.id}>
                      {shortId(r.id)}
                    </a>
                  </td>
                  <td>
                    <Badge state={r.status} />
                  </td>
                  <td>
                    {r.workflow} <span class="muted">{r.version}</span>
                  </td>
                  <td>
                    <Ago at={r.startedAt ?? r.createdAt} />
                  </td>
                  <td class="end number">{typeof r.metrics?.executionMs === "number" ? duration(r.metrics.executionMs) : "–"}</td>
                  <td class="muted">{r.error?.message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
    </Panel>
  );
}
