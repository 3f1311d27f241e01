import { Action } from "../kit/Action";
import { path } from "../kit/call";
import { go } from "../kit/router";
import { counted } from "../kit/text";
import type { Host } from "../kit/types";

/** Takes a host out of work, or lets it back in. */
export function DrainOrResume({ host, onChange }: { host: Host; onChange: (host: Host) => void }) {
  const isBack = host.state === "draining" || host.state === "quarantined";
  return isBack ? (
    <Action<Host>
      label={host.state === "quarantined" ? "Release" : "Resume"}
      icon="play"
      call={{ method: "POST", path: path`hosts/${host.id}/resume` }}
      done={`${host.id} takes work again.`}
      onDone={([now]) => now && onChange(now)}
    />
  ) : (
    <Action<Host>
      label="Drain"
      icon="pause"
      call={{ method: "POST", path: path`hosts/${host.id}/drain` }}
      done={`${host.id} takes nothing new.`}
      onDone={([now]) => now && onChange(now)}
    />
  );
}

/** Takes a host out of the pool. One with runs gives them up. */
export function RemoveHost({ host }: { host: Host }) {
  const held = host.leases?.length ?? 0;
  return (
    <Action
      label="Remove"
      icon="trash"
      kind="danger"
      call={{ method: "DELETE", path: path`hosts/${host.id}`, query: held > 0 ? { force: true } : {} }}
      confirm={{
        title: `Remove ${host.id}?`,
        text: (
          <>
            {held > 0 && (
              <p>
                <strong>It has {counted(held, "run")}.</strong> Removing it now gives {held === 1 ? "it" : "them"} up as lost, which costs an attempt;{" "}
                {held === 1 ? "it goes" : "they go"} on elsewhere. Drain it first to lose nothing.
              </p>
            )}
            <p>What was learned of its times is forgotten. A host that sends heartbeats, or stands in the settings, comes back by itself.</p>
          </>
        ),
      }}
      done={`${host.id} is out of the pool.`}
      onDone={() => go("hosts")}
    />
  );
}
