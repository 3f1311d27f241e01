import { get, respond } from "../kit/api";
import { path } from "../kit/call";
import { parseJson } from "../kit/json";
import { Problem } from "../kit/problem";
import { readEvents } from "../kit/sse";
import { Store } from "../kit/store";
import type { Progress, Run, RunStatus } from "../kit/types";

/** A run that is followed, with the picture of work in progress where its host makes one. */
export interface Result {
  run: Run;
  preview: string | null;
  problem: Problem | null;
}

const ENDED = new Set<RunStatus>(["succeeded", "failed", "canceled", "expired"]);

export const hasEnded = (run: Pick<Run, "status">): boolean => ENDED.has(run.status);

const PATIENCE = 1500;
const KEPT = 24;

const results = new Map<string, Store<Result>>();
const lists = new Map<string, Store<readonly string[]>>();

/** The runs of a workflow that its form shows, newest first. They stay for as long as the tab lives. */
export function listOf(workflow: string): Store<readonly string[]> {
  const list = lists.get(workflow) ?? new Store<readonly string[]>([]);
  lists.set(workflow, list);
  return list;
}

export const resultOf = (id: string): Store<Result> | undefined => results.get(id);

/** Puts runs that there are behind those of this tab. */
export function offer(workflow: string, runs: readonly Run[]): void {
  const list = listOf(workflow);
  for (const run of runs) {
    follow(run, {});
  }

  const ids = new Set([...list.value, ...runs.map((r) => r.id)]);
  list.set([...ids].sort().reverse().slice(0, KEPT));
}

/** Follows a run to its end, whatever page is shown. */
export function begin(workflow: string, run: Run, format: Record<string, string>): void {
  follow(run, format);
  const list = listOf(workflow);
  list.set([run.id, ...list.value.filter((id) => id !== run.id)].slice(0, KEPT));
}

function follow(run: Run, format: Record<string, string>): void {
  const known = results.get(run.id);
  const store = known ?? new Store<Result>({ run, preview: null, problem: null });
  results.set(run.id, store);
  if (known === undefined && !hasEnded(run)) {
    void watch(store, format);
  }
}

const change = (store: Store<Result>, run: Partial<Run>): void => store.set({ ...store.value, run: { ...store.value.run, ...run }, problem: null });

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function watch(store: Store<Result>, format: Record<string, string>): Promise<void> {
  const { id } = store.value.run;
  const places = setInterval(() => void askPlace(store, format), PATIENCE);
  try {
    for (let failures = 0; !hasEnded(store.value.run) && failures < 8; ) {
      try {
        await stream(store);
        failures = 0;
        if (!hasEnded(store.value.run)) {
          change(store, await get<Run>(path`runs/${id}`, format));
        }
      } catch (error) {
        failures++;
        const problem = Problem.of(error);
        store.set({ ...store.value, problem });
        failures = problem.status === 401 || problem.status === 404 ? 8 : failures;
      }

      await (hasEnded(store.value.run) ? undefined : wait(PATIENCE));
    }
  } finally {
    clearInterval(places);
    store.set({ ...store.value, preview: null });
  }
}

/** A run's own stream has no word on how many are before it. */
async function askPlace(store: Store<Result>, format: Record<string, string>): Promise<void> {
  const { id, status } = store.value.run;
  if (status === "queued" && !document.hidden) {
    const run = await get<Run>(path`runs/${id}`, format).catch(() => null);
    if (run !== null && store.value.run.status === "queued") {
      change(store, run);
    }
  }
}

interface Preview {
  contentType: string;
  base64: string;
}

async function stream(store: Store<Result>): Promise<void> {
  const response = await respond({ method: "GET", path: path`runs/${store.value.run.id}/events`, query: { previews: true } });
  for await (const { event, data } of readEvents(response)) {
    if (event === "status") {
      const run = parseJson(data) as Run;
      if (hasEnded(run)) {
        // The run is read anew for fresh links, with its inputs.
        return;
      }

      change(store, run);
    } else if (event === "progress") {
      change(store, { progress: parseJson(data) as Progress });
    } else if (event === "preview") {
      const { contentType, base64 } = parseJson(data) as Preview;
      store.set({ ...store.value, preview: `data:${contentType};base64,${base64}` });
    }
  }
}
