import { toJson } from "../kit/json";
import type { Run, Values } from "../kit/types";

/** Something that varies among the runs of a batch, and the values that it has, in the order of the calls. */
export interface Axis {
  name: string;
  values: string[];
}

/** A cell as texts by the names of what varies: sampler.cfg → 7. */
export function cellOf(run: Run): Record<string, string> {
  const cell: Record<string, string> = {};
  for (const [tag, values] of Object.entries(run.batch?.cell ?? {})) {
    if (typeof values === "object" && values !== null && !Array.isArray(values)) {
      for (const [input, value] of Object.entries(values as Values)) {
        cell[`${tag}.${input}`] = textOf(value);
      }
    } else {
      cell[tag] = textOf(values);
    }
  }

  return cell;
}

function textOf(value: unknown): string {
  if (typeof value === "object" && value !== null && "name" in value) {
    return String(value.name);
  }

  return typeof value === "string" ? value : (toJson(value) ?? "");
}

/** The axes of a matrix, or none where the runs are a list: a matrix has each combination once. */
export function axesOf(runs: readonly Run[], total: number): Axis[] {
  const found = new Map<string, Set<string>>();
  for (const run of runs) {
    for (const [name, value] of Object.entries(cellOf(run))) {
      found.set(name, (found.get(name) ?? new Set()).add(value));
    }
  }

  const axes = [...found].map(([name, values]) => ({ name, values: [...values] })).filter((a) => a.values.length > 1);
  const combinations = axes.reduce((n, a) => n * a.values.length, 1);
  const distinct = new Set(runs.map((r) => toJson(axes.map((a) => cellOf(r)[a.name]))));
  return axes.length > 0 && combinations === total && distinct.size === runs.length ? axes : [];
}

/** A run by where it stands on the axes. */
export const placeOf = (at: readonly string[]): string => toJson(at);

export function byPlace(runs: readonly Run[], axes: readonly Axis[]): Map<string, Run> {
  return new Map(
    runs.map((run) => {
      const cell = cellOf(run);
      return [placeOf(axes.map((a) => cell[a.name] ?? "")), run];
    }),
  );
}
