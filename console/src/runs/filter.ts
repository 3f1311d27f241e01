import type { Run, RunStatus } from "../kit/types";

/** What runs are looked for, as the page's address has it. Texts that are empty ask for nothing. */
export interface RunFilter {
  status: string;
  workflow: string;
  host: string;
  client: string;
  batch: string;

  /** "order=17, kind=test": each is to fit. */
  metadata: string;

  /** "1h", "7d", or a time. */
  since: string;
  until: string;
}

export const FILTERS: (keyof RunFilter)[] = ["status", "workflow", "host", "client", "batch", "metadata", "since", "until"];

export const STATUSES: RunStatus[] = ["queued", "running", "canceling", "succeeded", "failed", "canceled", "expired"];

export const isOpen = (status: RunStatus): boolean => status === "queued" || status === "running" || status === "canceling";

export const filterOf = (query: URLSearchParams): RunFilter =>
  Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""])) as unknown as RunFilter;

export const isFiltered = (filter: RunFilter): boolean => FILTERS.some((name) => filter[name] !== "");

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The time that "1h" or a date means; null where it means none. */
export function timeOf(said: string, now: number): number | null {
  const [, n, unit] = /^(\d+)([mhd])$/.exec(said) ?? [];
  const at = n === undefined || unit === undefined ? Date.parse(said) : now - Number(n) * (UNITS[unit] ?? 0);
  return Number.isFinite(at) ? at : null;
}

/** The pairs of "order=17, kind=test". What is no pair is left out. */
export const pairsOf = (said: string): [string, string][] =>
  said
    .split(",")
    .map((pair) => pair.trim().split(/=(.*)/s))
    .filter(([name, value]) => name !== undefined && name !== "" && value !== undefined)
    .map(([name, value]) => [name ?? "", (value ?? "").trim()]);

/** The query of GET /api/runs. Times are cut to the minute, so that asking again is the same question. */
export function queryOf(filter: RunFilter, now: number): Record<string, string> {
  const at = (said: string): string | undefined => {
    const time = said === "" ? null : timeOf(said, now);
    return time === null ? undefined : new Date(time - (time % 60_000)).toISOString();
  };
  const { status, workflow, host, client, batch, metadata } = filter;
  const asked = {
    status,
    workflow,
    host,
    client,
    batch,
    ...Object.fromEntries(pairsOf(metadata).map(([name, value]) => [`metadata.${name}`, value])),
    createdAfter: at(filter.since),
    createdBefore: at(filter.until),
  };
  return Object.fromEntries(Object.entries(asked).filter((e): e is [string, string] => e[1] !== undefined && e[1] !== ""));
}

/** Whether a run that an event tells of belongs into the list. */
export function fits(run: Run, filter: RunFilter, now: number): boolean {
  const created = Date.parse(run.createdAt);
  const is = (said: string, value: string | undefined): boolean => said === "" || said === value;
  return (
    (filter.status === "" || filter.status.split(",").includes(run.status)) &&
    is(filter.workflow, run.workflow) &&
    is(filter.host, run.host) &&
    is(filter.client, run.client) &&
    is(filter.batch, run.batch?.id) &&
    pairsOf(filter.metadata).every(([name, value]) => String(run.metadata?.[name]) === value) &&
    created >= (timeOf(filter.since, now) ?? 0) &&
    created < (timeOf(filter.until, now) ?? Number.POSITIVE_INFINITY)
  );
}

/** Whether a run has all of these words somewhere: it looks at the runs that are loaded. */
export function hasWords(run: Run, said: string): boolean {
  const words = said
    .toLowerCase()
    .split(/\s+/)
    .filter((w) => w !== "");
  if (words.length === 0) {
    return true;
  }

  const text = [
    run.id,
    run.workflow,
    run.status,
    run.host,
    run.client,
    run.batch?.id,
    run.error?.code,
    run.error?.message,
    run.error?.node?.class,
    run.error?.node?.tag,
    run.metadata === undefined ? "" : JSON.stringify(run.metadata),
  ]
    .join(" ")
    .toLowerCase();
  return words.every((w) => text.includes(w));
}
