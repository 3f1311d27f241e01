import { Panel } from "../kit/Page";
import { Scrolls } from "../kit/Scrolls";
import type { Setting } from "../kit/types";
import { groupsOf } from "./groups";

/** Callers that the settings name: they are known from the start, and are changed there. */
export function Callers({ settings }: { settings: Setting[] }) {
  const callers = groupsOf(settings, "ComfyFunc:Callers");
  const trustsEasyAuth = settings.some((s) => s.name === "ComfyFunc:TrustEasyAuth" && s.value?.toLowerCase() === "true");
  return (
    <Panel title="Callers of the settings">
      {callers.length === 0 && !trustsEasyAuth && <p class="muted">None.</p>}
      {trustsEasyAuth && <p>Whom App Service has authenticated is known by the app roles ComfyFunc.Host, .Run, .Author and .Admin.</p>}
      {callers.length > 0 && (
        <Scrolls label="Callers">
          <table>
            <thead>
              <tr>
                <th>Client</th>
                <th>Role</th>
                <th>For</th>
              </tr>
            </thead>
            <tbody>
              {callers.map((c, i) => (
                <tr key={i}>
                  <td>{c["Client"]}</td>
                  <td>{(c["Role"] ?? "run").toLowerCase()}</td>
                  <td>{[c["Workflows"], c["Hosts"] && `hosts ${c["Hosts"]}`].filter(Boolean).join(", ") || <span class="muted">all</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
    </Panel>
  );
}
