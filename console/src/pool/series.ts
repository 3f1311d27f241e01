import type { StatNumbers, Stats } from "../kit/types";

/** Numbers of a time as lines: one point a bucket, also of those in which nothing ended. */
export interface Lines {
  at: number[];
  of: (draw: (bucket: StatNumbers, minutes: number) => number | null | undefined, empty: number | null) => (number | null)[];
}

export function linesOf({ from, to, bucketSeconds, buckets }: Pick<Stats, "from" | "to" | "bucketSeconds" | "buckets">): Lines {
  const step = Math.max(1, bucketSeconds);
  const known = new Map(buckets.map((b) => [Math.floor(Date.parse(b.at) / 1000), b]));
  const times = [...known.keys()];

  // Buckets begin where the server says; those that it leaves out lie in between.
  const phase = (times[0] ?? Math.floor(Date.parse(from) / 1000)) % step;
  const first = Math.ceil((Date.parse(from) / 1000 - phase) / step) * step + phase;
  const last = Date.parse(to) / 1000;
  const at = new Set(times);
  for (let t = first; t <= last; t += step) {
    at.add(t);
  }

  const sorted = [...at].sort((a, b) => a - b);
  return {
    at: sorted,
    of: (draw, empty) =>
      sorted.map((t) => {
        const bucket = known.get(t);
        return bucket === undefined ? empty : (draw(bucket, step / 60) ?? null);
      }),
  };
}

export const warmShare = (n: StatNumbers): number | null => (n.warmHits + n.coldLoads === 0 ? null : n.warmHits / (n.warmHits + n.coldLoads));
