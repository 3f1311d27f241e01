import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { send } from "./api";
import { type Call, urlOf } from "./call";
import { Problem } from "./problem";

/** What a GET answered, what went wrong with it, and how to ask again. */
export interface Resource<T> {
  value: T | undefined;
  problem: Problem | null;
  isLoading: boolean;

  /** Asks again; what is shown stays until the answer is there. */
  reload: () => void;

  /** Puts in what is known to be there now, such as the answer to a change. */
  set: (value: T) => void;
}

interface Held<T> {
  value: T | undefined;
  problem: Problem | null;
  isLoading: boolean;
}

/** Reads a call, and reads it anew when it changes. Null reads nothing. */
export function useResource<T>(call: Call | null): Resource<T> {
  const [held, hold] = useState<Held<T>>({ value: undefined, problem: null, isLoading: call !== null });
  const asked = useRef<{ url: string | null; stop: AbortController | null }>({ url: null, stop: null });
  const url = call === null ? null : urlOf(call);

  const ask = useCallback(() => {
    asked.current.stop?.abort();
    if (call === null || url === null) {
      hold({ value: undefined, problem: null, isLoading: false });
      return;
    }

    const stop = new AbortController();
    const isOther = asked.current.url !== url;
    asked.current = { url, stop };
    hold((h) => ({ value: isOther ? undefined : h.value, problem: isOther ? null : h.problem, isLoading: true }));
    send<T>(call, stop.signal).then(
      (value) => stop.signal.aborted || hold({ value, problem: null, isLoading: false }),
      (error: unknown) => stop.signal.aborted || hold((h) => ({ value: h.value, problem: Problem.of(error), isLoading: false })),
    );
  }, [url]);

  useEffect(() => {
    ask();
    return () => asked.current.stop?.abort();
  }, [ask]);

  const set = useCallback((value: T) => hold({ value, problem: null, isLoading: false }), []);
  return { ...held, reload: ask, set };
}
