import type { Run } from "../kit/types";

/** Runs as the server lists them: newest first, which is by their ids. */

const newestFirst = (a: Run, b: Run): number => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

/** The first page read anew, with what was loaded beyond it. What is not on the page any more is gone. */
export function refreshed(rows: readonly Run[], page: readonly Run[], isAll: boolean): Run[] {
  const last = page.at(-1);
  return isAll || last === undefined ? [...page] : [...page, ...rows.filter((r) => r.id < last.id)];
}

/** A further page behind the rows. */
export function appended(rows: readonly Run[], page: readonly Run[]): Run[] {
  const known = new Set(rows.map((r) => r.id));
  return [...rows, ...page.filter((r) => !known.has(r.id))];
}

/** What an event told of a run: it is changed, comes in, or leaves as it fits no more. The rows themselves where nothing changes. */
export function told(rows: readonly Run[], run: Run, isFitting: boolean): readonly Run[] {
  const at = rows.findIndex((r) => r.id === run.id);
  if (at >= 0) {
    return isFitting ? rows.with(at, { ...rows[at], ...run }) : rows.toSpliced(at, 1);
  }

  return isFitting ? [...rows, run].sort(newestFirst) : rows;
}
