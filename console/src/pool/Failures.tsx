import { Panel } from "../kit/Page";
import { to } from "../kit/router";
import { counted } from "../kit/text";
import { Ago } from "../kit/Ago";
import type { Stats } from "../kit/types";

type Failure = Stats["failures"][number];

/** What failed, by node and by what it said, the most frequent first. */
export function Failures({ stats }: { stats: Stats }) {
  const groups = new Map<string, Failure[]>();
  for (const f of [...stats.failures].sort((a, b) => b.count - a.count)) {
    const key = nodeOf(f) || f.code;
    groups.set(key, [...(groups.get(key) ?? []), f]);
  }

  const all = stats.failures.reduce((sum, f) => sum + f.count, 0);
  return (
    <Panel title="What failed" actions={all > 0 && <span class="muted">{counted(all, "run")}</span>}>
      {all === 0 && <p class="muted">{stats.totals.runs === 0 ? "No run has ended in this time." : "Nothing failed in this time."}</p>}
      <ul class="failures">
        {[...groups].map(([node, failures]) => (
          <li key={node}>
            <h3>
              <code>{node}</code>
            </h3>
            <ul>
              {failures.map((f) => (
                <li key={`${f.workflow} ${f.code} ${f.message}`}>
                  <a class="failure-count number" href={runsOf(f)} title={`Failed runs of ${f.workflow}`}>
                    {f.count} ×
                  </a>
                  <div>
                    <p>{f.message}</p>
                    <p class="muted">
                      <a href={to`workflows/${f.workflow}`}>{f.workflow}</a> · {f.code} · <Ago at={f.lastAt} />
                      {f.lastRun && (
                        <>
                          {" · "}
                          <a href={to`runs/${f.lastRun}`}>the last one</a>
                        </>
                      )}
                    </p>
                  </div>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const nodeOf = ({ node }: Failure): string => (node ? [node.class, node.tag && `!${node.tag}`].filter(Boolean).join(" ") : "");

const runsOf = (f: Failure): string => `runs?workflow=${encodeURIComponent(f.workflow)}&status=failed,expired`;
