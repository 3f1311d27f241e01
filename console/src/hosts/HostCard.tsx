import { Badge } from "../kit/Badge";
import { Chips } from "../kit/Chips";
import { to } from "../kit/router";
import type { Host } from "../kit/types";
import { DrainOrResume } from "./HostActions";
import { Health } from "./Health";
import { labelsOf, Memory, nameOfModel, QueueWords, Slots } from "./HostFacts";
import { Leases } from "./Leases";

/** A host at a glance: how it is and why, what it has to do, what it holds. */
export function HostCard({ host, onChange }: { host: Host; onChange: (host: Host) => void }) {
  return (
    <li class={`panel host-card is-${host.state}`}>
      <header>
        <h2>
          <a href={to`hosts/${host.id}`}>{host.id}</a>
        </h2>
        <Badge state={host.state} />
      </header>
      <p class="muted host-url">{host.url}</p>
      <Health host={host} />
      <dl class="facts">
        <div>
          <dt>Slots</dt>
          <dd>
            <Slots host={host} />
          </dd>
        </div>
        <div>
          <dt>Its queue</dt>
          <dd>
            <QueueWords host={host} />
          </dd>
        </div>
        <div>
          <dt>Memory</dt>
          <dd>
            <Memory host={host} />
          </dd>
        </div>
        <div>
          <dt>Resident</dt>
          <dd>
            <Chips words={(host.models ?? []).map(nameOfModel)} most={3} none="no model" />
          </dd>
        </div>
        {labelsOf(host).length > 0 && (
          <div>
            <dt>Labels</dt>
            <dd>
              <Chips words={labelsOf(host)} most={4} />
            </dd>
          </div>
        )}
        {(host.leases?.length ?? 0) > 0 && (
          <div>
            <dt>Runs</dt>
            <dd>
              <Leases leases={host.leases ?? []} />
            </dd>
          </div>
        )}
      </dl>
      <footer>
        <span class="muted">{versionsOf(host)}</span>
        <DrainOrResume host={host} onChange={onChange} />
      </footer>
    </li>
  );
}

const versionsOf = (host: Host): string =>
  [
    host.comfyVersion ? `ComfyUI ${host.comfyVersion}` : "",
    host.pack ? `pack ${host.pack.version ?? ""}`.trim() : "",
    host.sync?.on === false ? "workflows not synced" : "",
  ]
    .filter((t) => t !== "")
    .join(" · ");
