import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get } from "../kit/api";
import { useLive } from "../kit/live";
import { Problem } from "../kit/problem";
import type { Run, RunList } from "../kit/types";
import { fits, queryOf, type RunFilter } from "./filter";
import { appended, refreshed, told } from "./listing";

const PAGE = 100;

interface Listing {
  rows: readonly Run[];
  continuation: string | null;
  problem: Problem | null;
  isLoading: boolean;
}

/** The last listing stays for whoever comes back from a run: it is there at once, and where it was. */
let kept: { key: string; listing: Listing } | null = null;

export interface Runs extends Listing {
  /** Fetches the next page, if there is one and it is not being fetched. */
  more: () => void;
  reload: () => void;

  /** Puts in what an action answered. */
  tell: (run: Run) => void;

  /** Takes out what was deleted. */
  drop: (ids: string[]) => void;
}

/** The runs that fit, kept up to date by events. */
export function useRuns(filter: RunFilter): Runs {
  const key = JSON.stringify(filter);
  const begin = (): Listing =>
    kept?.key === key ? { ...kept.listing, problem: null } : { rows: [], continuation: null, problem: null, isLoading: true };
  const [listing, setListing] = useState<Listing>(begin);
  const shown = useRef({ key, listing });
  const stop = useRef<AbortController | null>(null);
  const isFetching = useRef(false);

  const change = useCallback((changed: (l: Listing) => Listing) => {
    const listing = changed(shown.current.listing);
    shown.current = { ...shown.current, listing };
    kept = shown.current;
    setListing(listing);
  }, []);

  const reload = useCallback(() => {
    stop.current?.abort();
    const { signal } = (stop.current = new AbortController());
    change((l) => ({ ...l, isLoading: true }));
    get<RunList>("runs", { ...queryOf(filter, Date.now()), limit: PAGE }, signal).then(
      ({ runs, continuation }) =>
        signal.aborted ||
        change((l) => ({
          rows: refreshed(l.rows, runs, !continuation),
          continuation: l.rows.length > runs.length && continuation ? l.continuation : (continuation ?? null),
          problem: null,
          isLoading: false,
        })),
      (error: unknown) => signal.aborted || change((l) => ({ ...l, problem: Problem.of(error), isLoading: false })),
    );
  }, [key]);

  useEffect(() => {
    if (shown.current.key !== key) {
      // What is there already and fits is shown until the answer comes.
      const rows = shown.current.listing.rows.filter((r) => fits(r, filter, Date.now()));
      const listing = begin();
      shown.current = { key, listing: listing.rows.length > 0 ? listing : { ...listing, rows } };
      setListing(shown.current.listing);
    }

    reload();
    return () => stop.current?.abort();
  }, [reload]);

  const more = useCallback(() => {
    const { continuation } = shown.current.listing;
    if (continuation === null || isFetching.current) {
      return;
    }

    isFetching.current = true;
    const asked = shown.current.key;
    get<RunList>("runs", { ...queryOf(filter, Date.now()), limit: 200, continuation })
      .then(
        (page) =>
          asked === shown.current.key &&
          change((l) => ({ ...l, rows: appended(l.rows, page.runs), continuation: page.continuation ?? null })),
        (error: unknown) => asked === shown.current.key && change((l) => ({ ...l, problem: Problem.of(error), continuation: null })),
      )
      .finally(() => {
        isFetching.current = false;
      });
  }, [key]);

  const tell = useCallback(
    (run: Run) => {
      const rows = told(shown.current.listing.rows, run, fits(run, filter, Date.now()));
      if (rows !== shown.current.listing.rows) {
        change((l) => ({ ...l, rows }));
      }
    },
    [key],
  );
  const drop = useCallback((ids: string[]) => change((l) => ({ ...l, rows: l.rows.filter((r) => !ids.includes(r.id)) })), []);

  // Right after the page came its first reading is on its way.
  useLive({ run: tell, onSync: () => shown.current.listing.isLoading || reload() });
  return { ...listing, more, reload, tell, drop };
}
