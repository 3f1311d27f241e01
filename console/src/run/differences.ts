import { toJson } from "../kit/json";
import type { Run } from "../kit/types";

/** A value that two runs were not called with alike. */
export interface ValueDifference {
  name: string;
  a: unknown;
  b: unknown;
}

/** All that a run was called with, by names such as "sampler.cfg". */
function flat(run: Run): Map<string, unknown> {
  const all = new Map<string, unknown>([
    ["workflow", run.workflow],
    ["version", run.version],
  ]);
  for (const [tag, values] of Object.entries(run.inputs ?? {})) {
    if (typeof values === "boolean") {
      all.set(tag, values ? "in use" : "bypassed");
      continue;
    }

    for (const [name, value] of Object.entries(values)) {
      all.set(`${tag}.${name}`, value);
    }
  }

  for (const { tag, node, input, value } of run.seeds ?? []) {
    all.set(`${tag ?? `node ${node}`}.${input}`, value);
  }

  return all;
}

export function differencesOf(a: Run, b: Run): ValueDifference[] {
  const [ofA, ofB] = [flat(a), flat(b)];
  return [...new Set([...ofA.keys(), ...ofB.keys()])]
    .map((name) => ({ name, a: ofA.get(name), b: ofB.get(name) }))
    .filter((d) => (d.a === undefined ? undefined : toJson(d.a)) !== (d.b === undefined ? undefined : toJson(d.b)));
}
