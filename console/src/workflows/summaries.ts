import { get } from "../kit/api";
import { path } from "../kit/call";
import { useStore, Store } from "../kit/store";
import type { Workflow, WorkflowRow } from "../kit/types";

/** What a listing has no word on: aliases and hosts of workflows, asked for when their rows come into view, a few at a time. */
const AT_ONCE = 4;

const known = new Map<string, Store<Workflow | null>>();
const waiting: (() => Promise<void>)[] = [];
let working = 0;

async function work(): Promise<void> {
  working++;
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
    await job();
  }

  working--;
}

function summaryOf({ name }: WorkflowRow): Store<Workflow | null> {
  let store = known.get(name);
  if (store === undefined) {
    const made = new Store<Workflow | null>(null);
    store = made;
    known.set(name, store);
    waiting.push(async () => made.set(await get<Workflow>(path`workflows/${name}`).catch(() => null)));
    if (working < AT_ONCE) {
      void work();
    }
  }

  return store;
}

export const useSummary = (row: WorkflowRow): Workflow | null => useStore(summaryOf(row));

/** Asks again for all that is shown from now on: hosts come and go. */
export const forgetSummaries = (): void => known.clear();
