import { Badge, type Tone } from "../kit/Badge";
import type { IconName } from "../kit/Icon";
import { Panel } from "../kit/Page";
import { to } from "../kit/router";
import { Scrolls } from "../kit/Scrolls";
import { counted } from "../kit/text";
import { Ago } from "../kit/Ago";
import type { Host, SyncedWorkflow } from "../kit/types";

const SIGNS: Record<SyncedWorkflow["state"], [Tone, IconName, string]> = {
  current: ["good", "check", "current"],
  pending: ["wait", "ring", "pending"],
  failed: ["bad", "cross", "failed"],
  noGraph: ["off", "dash", "no graph"],
};

/** Which published workflows lie in the list of this host's editor. */
export function SyncTable({ host }: { host: Host }) {
  const all = Object.entries(host.sync?.workflows ?? {});
  const inStep = all.filter(([, w]) => w.state === "current").length;
  const sent = all.filter(([, w]) => w.state !== "noGraph").length;
  return (
    <Panel title="Workflows in its editor" actions={host.sync?.on === true && sent > 0 && <span class="muted">{`${inStep} of ${counted(sent, "workflow")} in step`}</span>}>
      {host.sync?.on === false && <p class="muted">It is left alone: published workflows are not put into its list.</p>}
      {host.sync?.on === true && all.length === 0 && <p class="muted">No workflow has been saved yet.</p>}
      {all.length > 0 && (
        <Scrolls label="Workflows in its editor">
          <table>
            <thead>
              <tr>
                <th>Workflow</th>
                <th>State</th>
                <th>Since</th>
              </tr>
            </thead>
            <tbody>
              {all.map(([name, w]) => {
                const [tone, icon, text] = SIGNS[w.state] ?? ["off", "dash", w.state];
                return (
                  <tr key={name}>
                    <td>
                      <a href={to`workflows/${name}`}>{name}</a> <span class="muted">{w.version}</span>
                      {w.state !== "noGraph" && w.reason && <p class="bad-text">{w.reason}</p>}
                      {w.keptAs && <p class="muted">What was edited here is kept as {w.keptAs}</p>}
                    </td>
                    <td title={w.reason ?? ""}>
                      <Badge state={w.state} tone={tone} icon={icon} text={text} />
                    </td>
                    <td>
                      <Ago at={w.at} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </Scrolls>
      )}
    </Panel>
  );
}
