import type { Usage } from "../kit/types";

export type Grouping = "client" | "workflow" | "version";

type Row = Usage["usage"][number];

interface Numbers {
  runs: number;
  succeeded: number;
  gpuSeconds: number;
  outputBytes: number;
}

/** What was taken by one client, workflow or version. */
export interface UsageSum extends Numbers {
  key: string;
  client: string;
  workflow: string;
  version: number;
}

const NONE: Numbers = { runs: 0, succeeded: 0, gpuSeconds: 0, outputBytes: 0 };

const plus = (a: Numbers, b: Row): Numbers => ({
  runs: a.runs + b.runs,
  succeeded: a.succeeded + (b.succeeded ?? 0),
  gpuSeconds: a.gpuSeconds + (b.gpuSeconds ?? 0),
  outputBytes: a.outputBytes + (b.outputBytes ?? 0),
});

export const totalOf = (rows: Row[]): Numbers => rows.reduce(plus, NONE);

/** Sums of the rows, those that took most of the GPUs first. */
export function sumsOf(rows: Row[], by: Grouping): UsageSum[] {
  const sums = new Map<string, UsageSum>();
  for (const row of rows) {
    const key = by === "client" ? row.client : by === "workflow" ? row.workflow : `${row.workflow} ${row.version}`;
    const { client, workflow, version } = row;
    sums.set(key, { key, client, workflow, version, ...plus(sums.get(key) ?? NONE, row) });
  }

  return [...sums.values()].sort((a, b) => b.gpuSeconds - a.gpuSeconds || b.runs - a.runs);
}
