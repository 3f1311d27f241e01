import { Badge } from "../kit/Badge";
import { Panel } from "../kit/Page";
import { duration, moment } from "../kit/time";
import { percent } from "../kit/text";
import type { Delivery, Run } from "../kit/types";
import type { NodeNames } from "./NodeName";
import { type NodeTime, PHASES, sums, timelineOf } from "./timeline";

/** Where the time went: a lane for each attempt, what was seen of its nodes, and who was told. */
export function Waterfall(props: { run: Run; now: number; nodes: NodeTime[]; names: NodeNames; deliveries: Delivery[] }) {
  const { run, now, nodes, names, deliveries } = props;
  const timeline = timelineOf(run, now);
  const came = Date.parse(run.createdAt);
  const tellings = deliveries.flatMap((d) => d.attempts.map((a) => ({ ...a, of: d, ms: Date.parse(a.at) - came })));

  // Deliveries come after the end: a quarter of the width is theirs at most, what is later stands at the edge.
  const latest = Math.max(0, ...tellings.map((t) => t.ms));
  const span = Math.max(timeline.total, Math.min(latest * 1.02, timeline.total * 1.34)) || 1;
  const left = (ms: number): string => `${Math.min(100, Math.max(0, (ms / span) * 100)).toFixed(2)}%`;
  const width = (from: number, to: number): string =>
    `${Math.max(0.25, (Math.max(0, Math.min(span, to) - from) / span) * 100).toFixed(2)}%`;
  const isNarrow = (from: number, to: number): boolean => (to - from) / span < 0.08;
  return (
    <Panel title="Where the time went" actions={<span class="number muted">{duration(timeline.total)}</span>} class="waterfall">
      <div class="lanes">
        {timeline.lanes.map((lane) => (
          <div class="lane" key={lane.number}>
            <div class="lane-name">
              <span>Attempt {lane.number}</span>
              <span class="muted">{lane.host === "" ? "no host yet" : lane.host}</span>
              {lane.ended !== undefined && timeline.lanes.length > 1 && <Badge state={lane.ended} />}
            </div>
            <div class="track">
              {lane.stretches.map((s) => (
                <div
                  key={s.phase}
                  class={`stretch ${s.phase}${s.isOpen ? " is-open" : ""}`}
                  style={{ left: left(s.from), width: width(s.from, s.to) }}
                  title={`${PHASES[s.phase].title}: ${duration(s.to - s.from)}, ${PHASES[s.phase].says}`}
                >
                  {!isNarrow(s.from, s.to) && <span>{PHASES[s.phase].title}</span>}
                </div>
              ))}
            </div>
          </div>
        ))}
        {nodes.length > 0 && (
          <div class="lane nodes">
            <div class="lane-name">
              <span>Nodes</span>
              <span class="muted">as seen here</span>
            </div>
            <div class="track">
              {nodes.map((n, i) => {
                const [from, to] = [n.from - came, (n.to ?? now) - came];
                return (
                  <div
                    key={i}
                    class={`stretch node${n.to === null ? " is-open" : ""}${run.error?.node?.id === n.node ? " is-wrong" : ""}`}
                    style={{ left: left(from), width: width(from, to) }}
                    title={`${names(n.node)} (${n.node}): ${duration(to - from)}`}
                  >
                    {!isNarrow(from, to) && <span>{names(n.node)}</span>}
                  </div>
                );
              })}
            </div>
          </div>
        )}
        {deliveries.length > 0 && (
          <div class="lane">
            <div class="lane-name">
              <span>Webhooks</span>
            </div>
            <div class="track">
              {tellings.map((t, i) => (
                <i
                  key={i}
                  class={`telling ${t.error || (t.status ?? 0) >= 300 ? "failed" : "delivered"}${t.ms > span ? " is-later" : ""}`}
                  style={{ left: left(t.ms) }}
                  title={`${t.of.event} to ${t.of.webhook}: ${t.error ?? t.status ?? ""}, ${moment(t.at)}`}
                />
              ))}
            </div>
          </div>
        )}
        <div class="lane scale" aria-hidden="true">
          <div />
          <div class="track">
            {[0, 0.25, 0.5, 0.75, 1].map((part) => (
              <span key={part} style={{ left: `${part * 100}%` }}>
                {duration(span * part)}
              </span>
            ))}
          </div>
        </div>
      </div>
      <ul class="phases">
        {sums(timeline).map(([phase, ms]) => (
          <li key={phase} title={PHASES[phase].says}>
            <i class={`swatch ${phase}`} />
            {PHASES[phase].title}
            <span class="number">{duration(ms)}</span>
            <span class="muted number">{percent(ms / timeline.total)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
