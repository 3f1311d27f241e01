import { Badge } from "../kit/Badge";
import { Bars } from "../kit/Bars";
import { Panel } from "../kit/Page";
import { to } from "../kit/router";
import { Scrolls } from "../kit/Scrolls";
import { duration } from "../kit/time";
import type { Host } from "../kit/types";

/** Models that are in the host's memory, and how long those that were loaded took. */
export function Models({ host }: { host: Host }) {
  const loads = host.times?.loads ?? {};
  const resident = host.models ?? [];
  const names = [...resident, ...Object.keys(loads).filter((m) => !resident.includes(m))];
  return (
    <Panel title="Models" actions={typeof host.modelSets === "number" && <span class="muted">keeps {host.modelSets} at once, as far as was seen</span>}>
      {names.length === 0 ? (
        <p class="muted">It has loaded none for this pool yet.</p>
      ) : (
        <Scrolls label="Models">
          <table>
            <thead>
              <tr>
                <th>Model</th>
                <th>In memory</th>
                <th class="end">Takes to load</th>
              </tr>
            </thead>
            <tbody>
              {names.map((m) => (
                <tr key={m}>
                  <td>{m}</td>
                  <td>{resident.includes(m) ? <Badge state="yes" tone="good" icon="check" /> : <span class="muted">no</span>}</td>
                  <td class="end number">{loads[m] === undefined ? "–" : duration(1000 * loads[m])}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
    </Panel>
  );
}

/** How long each workflow executes here. */
export function WorkTimes({ host }: { host: Host }) {
  const times = Object.entries(host.times?.workflows ?? {}).sort(([, a], [, b]) => b - a);
  return (
    <Panel title="Learned times">
      {times.length === 0 ? (
        <p class="muted">Nothing has ended well here yet: times are guessed until then.</p>
      ) : (
        <Bars
          label="Seconds by workflow"
          bars={times.map(([work, seconds]) => ({
            key: work,
            name: <a href={to`workflows/${work.replace(/@\d+$/, "")}`}>{work}</a>,
            value: seconds,
            text: duration(1000 * seconds),
          }))}
        />
      )}
    </Panel>
  );
}
