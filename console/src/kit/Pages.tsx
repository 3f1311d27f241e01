import { useState } from "preact/hooks";
import { send } from "./api";
import type { Call } from "./call";
import { Problem } from "./problem";
import { ProblemBox } from "./ProblemBox";
import { useResource } from "./resource";

/** A listing that comes in pages: the rows of those that were read, and how to read on. */
export interface Pages<T> {
  rows: T[] | undefined;
  problem: Problem | null;

  /** Begins with the first page again. */
  reload: () => void;

  /** Puts in what is known to be there now. */
  set: (rows: T[]) => void;

  /** Reads the next page; null after the last. */
  more: (() => void) | null;

  /** What went wrong with the next page. */
  moreProblem: Problem | null;
}

/** Reads a listing's first page, and others as they are asked for. The member is the one that has the rows. */
export function usePages<T>(call: Call, member: string): Pages<T> {
  type List = Record<string, T[]> & { continuation?: string | null };
  const list = useResource<List>(call);
  const [moreProblem, setProblem] = useState<Problem | null>(null);
  const rows = list.value?.[member];
  const put = (from: List | undefined, all: T[]): void => list.set({ ...from, [member]: all } as List);
  const next = list.value?.continuation;
  const more = (): void => {
    send<List>({ ...call, query: { ...call.query, continuation: next } }).then(
      (page) => {
        put(page, [...(rows ?? []), ...(page[member] ?? [])]);
        setProblem(null);
      },
      (error: unknown) => setProblem(Problem.of(error)),
    );
  };
  return { rows, problem: list.problem, reload: list.reload, set: (all) => put(list.value, all), more: next ? more : null, moreProblem };
}

/** Asks for the next page, where there is one. */
export function More<T>({ pages, label }: { pages: Pages<T>; label: string }) {
  return (
    <>
      {pages.moreProblem !== null && <ProblemBox problem={pages.moreProblem} />}
      {pages.more !== null && (
        <button type="button" class="more" onClick={pages.more}>
          {label}
        </button>
      )}
    </>
  );
}
