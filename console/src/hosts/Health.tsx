import type { Host } from "../kit/types";
import { to } from "../kit/router";
import { ago, useNow } from "../kit/time";

/** Why a host takes no work, and when it will: nothing where all is well. */
export function Health({ host }: { host: Host }) {
  const now = useNow();
  const { state, reason, retryAt, warmUp } = host;
  if (state === "ready" && !reason) {
    return null;
  }

  return (
    <div class={`reason is-${state}`}>
      <p>{reason ?? meaning[state]}</p>
      {state === "quarantined" && (
        <p>
          {!retryAt
            ? "It rests until somebody resumes it."
            : Date.parse(retryAt) <= now
              ? `Its rest is over: ${proof(host)} proves it.`
              : `It rests, and is tried again ${ago(retryAt, now)}, by ${proof(host)}.`}
        </p>
      )}
      {state === "warmingUp" && warmUp && (
        <p>
          It runs <a href={to`workflows/${warmUp}`}>{warmUp}</a> first, and takes calls when that goes well.
        </p>
      )}
      {state === "draining" && <p>{(host.leases?.length ?? 0) > 0 ? "It finishes what it has and takes nothing new." : "It is empty and takes nothing new."}</p>}
    </div>
  );
}

const proof = (host: Host): string => (host.warmUp ? `its warm-up ${host.warmUp}` : "one run");

const meaning: Record<Host["state"], string> = {
  ready: "It takes work.",
  warmingUp: "Its warm-up has not ended yet.",
  draining: "It takes nothing new.",
  quarantined: "It gets no work.",
  offline: "It does not answer.",
};
