import { Figures } from "../kit/Figures";
import { useLive } from "../kit/live";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { count, words } from "../kit/text";
import { duration } from "../kit/time";
import type { Pool } from "../kit/types";

/** The numbers that an autoscaler reads, as they are now. */
export function Load() {
  const pool = useResource<Pool>({ method: "GET", path: "pool" });
  useLive({ pool: pool.set, onSync: pool.reload });
  const p = pool.value;
  if (p === undefined) {
    return pool.problem === null ? null : <ProblemBox problem={pool.problem} onRetry={pool.reload} />;
  }

  const states = Object.entries(p.hosts ?? {}).filter(([, n]) => n > 0);
  const ready = p.hosts?.["ready"] ?? 0;
  const oldest = p.oldestWaitSeconds ?? 0;
  return (
    <Figures
      label="The pool now"
      figures={[
        { name: "Waiting", value: count(p.waiting), hint: oldest > 0 ? `the oldest for ${duration(1000 * oldest)}` : "nothing waits" },
        { name: "Executing", value: count(p.running), hint: "or on a host, about to" },
        { name: "Slots free", value: `${count(p.freeSlots ?? 0)} of ${count(p.slots)}`, ...(p.slots === 0 && { tone: "bad" as const }) },
        { name: "Still to do", value: (p.backlogSeconds ?? 0) > 0 ? duration(1000 * (p.backlogSeconds ?? 0)) : "0 s", hint: "of one host’s time" },
        {
          name: "Hosts",
          value: states.length === 0 ? "none" : `${ready} ready`,
          hint: (
            <a href="hosts">
              {states
                .filter(([s]) => s !== "ready")
                .map(([s, n]) => `${n} ${words(s)}`)
                .join(", ") || "show them"}
            </a>
          ),
          ...(ready === 0 && { tone: "bad" as const }),
        },
        { name: "Wanted hosts", value: count(p.wantedHosts), hint: "to be done in time", ...(p.wantedHosts > ready && { tone: "warn" as const }) },
      ]}
    />
  );
}
