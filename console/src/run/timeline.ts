import type { Attempt, Run } from "../kit/types";
import { isOpen } from "../runs/filter";

/** What a run's time went into. */
export type Phase = "queue" | "lost" | "stage" | "hostQueue" | "load" | "execution" | "collect";

export const PHASES: Record<Phase, { title: string; says: string }> = {
  queue: { title: "Queue", says: "in the central queue, until a host took it" },
  lost: { title: "Lost", says: "on a host where it could not stay" },
  stage: { title: "Stage", says: "until its files were on the host" },
  hostQueue: { title: "Host queue", says: "in the host’s own queue" },
  load: { title: "Load", says: "reading model files" },
  execution: { title: "Execution", says: "executing its nodes" },
  collect: { title: "Collect", says: "hearing of its end, and storing the outputs" },
};

/** A stretch of a lane, in milliseconds from when the call came. */
export interface Stretch {
  phase: Phase;
  from: number;
  to: number;

  /** It is not over. */
  isOpen: boolean;
}

/** One attempt. */
export interface Lane {
  number: number;
  host: string;
  ended: string | undefined;
  stretches: Stretch[];
}

/** A node that was seen to execute. */
export interface NodeTime {
  node: string;
  from: number;
  to: number | null;
}

/** The lanes of a run, and how long it takes in all. */
export interface Timeline {
  lanes: Lane[];
  total: number;
}

export function timelineOf(run: Run, now: number): Timeline {
  const came = Date.parse(run.createdAt);
  const end = run.completedAt === undefined ? now : Date.parse(run.completedAt);
  const total = Math.max(1, end - came);
  const attempts = run.attempts ?? [];
  if (attempts.length === 0) {
    return {
      total,
      lanes: [{ number: 1, host: "", ended: undefined, stretches: [{ phase: "queue", from: 0, to: total, isOpen: isOpen(run.status) }] }],
    };
  }

  const lanes = attempts.map((attempt, i) => laneOf(run, attempt, attempts[i - 1], i === attempts.length - 1, { came, total }));
  return { total, lanes };
}

function laneOf(
  run: Run,
  attempt: Attempt,
  before: Attempt | undefined,
  isLast: boolean,
  { came, total }: { came: number; total: number },
): Lane {
  const at = (time: string): number => Math.min(total, Math.max(0, Date.parse(time) - came));
  const from = before?.endedAt === undefined ? 0 : at(before.endedAt);
  const held = at(attempt.startedAt);
  const rest = isLast
    ? lastStretches(run, held, total, came)
    : [stretch("lost", held, attempt.endedAt === undefined ? held : at(attempt.endedAt))];
  const first = rest[0]?.from ?? held;
  return {
    number: attempt.number,
    host: attempt.host,
    ended: attempt.ended,
    stretches: [stretch("queue", from, first), ...rest].filter((s) => s.to > s.from || s.isOpen),
  };
}

const stretch = (phase: Phase, from: number, to: number, isOpen = false): Stretch => ({ phase, from, to, isOpen });

const ON_HOST = [
  ["stage", "stageMs"],
  ["hostQueue", "hostQueueMs"],
  ["load", "loadMs"],
  ["execution", "executionMs"],
  ["collect", "collectMs"],
] as const;

/** An ended run's metrics add up to its time, so they are laid out from its end; one that goes on has only its times. */
function lastStretches(run: Run, held: number, total: number, came: number): Stretch[] {
  const { metrics } = run;
  if (metrics !== undefined && !isOpen(run.status)) {
    let at = total - ON_HOST.reduce((sum, [, name]) => sum + (metrics[name] ?? 0), 0);
    return ON_HOST.map(([phase, name]) => {
      const from = at;
      at += metrics[name] ?? 0;
      return stretch(phase, Math.max(0, from), at);
    });
  }

  const isGoing = isOpen(run.status);
  if (run.startedAt === undefined) {
    return [stretch("hostQueue", held, total, isGoing)];
  }

  const started = Math.max(held, Date.parse(run.startedAt) - came);
  return [stretch("hostQueue", held, started), stretch("execution", started, total, isGoing)];
}

/** How long each phase took in all. */
export function sums({ lanes }: Timeline): [Phase, number][] {
  const total = new Map<Phase, number>();
  for (const { phase, from, to } of lanes.flatMap((l) => l.stretches)) {
    total.set(phase, (total.get(phase) ?? 0) + to - from);
  }

  return (Object.keys(PHASES) as Phase[]).flatMap((phase) => (total.has(phase) ? [[phase, total.get(phase) ?? 0] as [Phase, number]] : []));
}
