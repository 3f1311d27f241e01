import { useEffect, useState } from "preact/hooks";
import { get } from "../kit/api";
import { Problem } from "../kit/problem";
import type { Stats } from "../kit/types";

/** How far back is looked. */
export const RANGES = [
  { value: "1h", text: "1 h", seconds: 3600 },
  { value: "6h", text: "6 h", seconds: 6 * 3600 },
  { value: "24h", text: "24 h", seconds: 24 * 3600 },
  { value: "7d", text: "7 d", seconds: 7 * 24 * 3600 },
] as const;

export type RangeName = (typeof RANGES)[number]["value"];

const EVERY = 15_000;

/** Statistics of a time that ends now, read again while the page is looked at. What is shown stays until the next answer is there. */
export function useStats(range: RangeName, workflow: string): { value: Stats | undefined; problem: Problem | null; again: () => void } {
  const [held, hold] = useState<{ value: Stats | undefined; problem: Problem | null }>({ value: undefined, problem: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const read = (): void => {
      if (document.hidden) {
        return;
      }

      const seconds = RANGES.find((r) => r.value === range)?.seconds ?? 3600;
      const from = new Date(Date.now() - 1000 * seconds).toISOString();
      get<Stats>("stats", { from, workflow }, stop.signal).then(
        (value) => hold({ value, problem: null }),
        (error: unknown) => stop.signal.aborted || hold((h) => ({ value: h.value, problem: Problem.of(error) })),
      );
    };
    read();
    const timer = setInterval(read, EVERY);
    document.addEventListener("visibilitychange", read);
    return () => {
      stop.abort();
      clearInterval(timer);
      document.removeEventListener("visibilitychange", read);
    };
  }, [range, workflow, turn]);
  return { ...held, again: () => setTurn((t) => t + 1) };
}
