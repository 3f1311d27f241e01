import { Badge } from "../kit/Badge";
import { Facts, Panel } from "../kit/Page";
import { useResource } from "../kit/resource";
import { to } from "../kit/router";
import { counted } from "../kit/text";
import { Ago } from "../kit/Ago";
import type { Host, RunList, SettingList } from "../kit/types";

/** What speaks against a host, how much more it may, and how its warm-up went. */
export function Record({ host }: { host: Host }) {
  const settings = useResource<SettingList>({ method: "GET", path: "settings" });
  const limit = (name: string): string => {
    const value = settings.value?.settings.find((s) => s.name === `ComfyFunc:Health:${name}`)?.value;
    return value ? ` of ${value} that it may have` : "";
  };
  const { nodes, losses, quarantines } = host.failures ?? { nodes: 0, losses: 0, quarantines: 0 };
  return (
    <Panel title="Health">
      <Facts
        facts={[
          ["Failures in a row", nodes === 0 ? "none" : `${nodes}${limit("MaxFailures")}`],
          ["Losses in a row", losses === 0 ? "none" : `${losses}${limit("MaxLosses")}`],
          ["Rests", quarantines === 0 ? "none" : `${counted(quarantines, "rest")}: each is twice as long as the one before`],
          ["Tried again", host.retryAt && <Ago at={host.retryAt} />],
          ["Warm-up", host.warmUp ? <WarmUp host={host} workflow={host.warmUp} /> : "none: one run proves it after a rest"],
        ]}
      />
    </Panel>
  );
}

function WarmUp({ host, workflow }: { host: Host; workflow: string }) {
  // A warm-up is a run like others, of this workflow on this host.
  const runs = useResource<RunList>({ method: "GET", path: "runs", query: { host: host.id, workflow, limit: 1 } });
  const last = runs.value?.runs[0];
  return (
    <>
      <a href={to`workflows/${workflow}`}>{workflow}</a>
      {last !== undefined && (
        <>
          {", last "}
          <a href={to`runs/${last.id}`}>
            <Ago at={last.createdAt} />
          </a>{" "}
          <Badge state={last.status} />
          {last.error !== undefined && <span class="muted"> {last.error.message}</span>}
        </>
      )}
    </>
  );
}
