import { useEffect, useRef } from "preact/hooks";
import { respond } from "./api";
import { parseJson } from "./json";
import { readEvents } from "./sse";
import { Store } from "./store";
import type { Host, Pool, QueueHead, Run } from "./types";

/**
 * The page's one stream of events, followed as long as a page listens. Nothing is replayed on it, so a page reads its listing whenever
 * `onSync` is called: after each connect, and every few seconds where there is no stream.
 */
export interface LiveEvents {
  run: Run;
  pool: Pool;
  host: Host;
  "host-removed": { id: string };
  queue: QueueHead;
}

export type Listener = { [K in keyof LiveEvents]?: (value: LiveEvents[K]) => void } & {
  /** Listings are to be read anew: events may have been missed. */
  onSync?: () => void;
};

export type LiveState = "off" | "connecting" | "live" | "polling" | "cut";

const POLL = 5000;
const FIRST_RETRY = 1000;
const LONGEST_RETRY = 15000;

export const liveState = new Store<LiveState>("off");

const listeners = new Set<Listener>();
let following: AbortController | null = null;

function tell<K extends keyof LiveEvents>(kind: K, value: LiveEvents[K]): void {
  for (const listener of [...listeners]) {
    (listener[kind] as ((value: LiveEvents[K]) => void) | undefined)?.(value);
  }
}

function sync(): void {
  for (const listener of [...listeners]) {
    listener.onSync?.();
  }
}

/** Resolves after a time, at once when the page is looked at again or nobody follows any more. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const seen = (): void => {
      if (!document.hidden) {
        stop();
      }
    };
    const timer = setTimeout(stop, ms);
    document.addEventListener("visibilitychange", seen);
    signal.addEventListener("abort", stop);
  });
}

/** A page that nobody looks at asks for nothing. */
async function untilSeen(signal: AbortSignal): Promise<void> {
  while (document.hidden && !signal.aborted) {
    await wait(60_000, signal);
  }
}

/** Follows the stream until it ends. False: there is none. */
async function stream(signal: AbortSignal): Promise<{ hasStream: boolean; retry: number }> {
  let retry = FIRST_RETRY;
  const response = await respond({ method: "GET", path: "events" }, signal);
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    return { hasStream: false, retry };
  }

  liveState.set("live");
  sync();
  for await (const { event, data, retry: said } of readEvents(response)) {
    retry = said ?? retry;
    if (event !== "" && data !== "") {
      tell(event as keyof LiveEvents, parseJson(data) as never);
    }
  }

  return { hasStream: true, retry };
}

async function follow(signal: AbortSignal): Promise<void> {
  let failures = 0;
  let isFirst = true;
  while (!signal.aborted) {
    try {
      liveState.set(failures > 1 ? "cut" : "connecting");
      const { hasStream, retry } = await stream(signal);
      failures = 0;
      if (hasStream) {
        isFirst = false;
        await wait(retry, signal);
        continue;
      }
    } catch {
      failures++;
    }

    if (signal.aborted) {
      break;
    }

    // Without a stream the listings are asked for, and the stream now and then: it may come back.
    liveState.set("polling");
    for (let polls = 0; polls < 6 && !signal.aborted; polls++) {
      if (!isFirst) {
        sync();
      }

      isFirst = false;
      await wait(Math.min(POLL * Math.max(1, failures - 3), LONGEST_RETRY), signal);
      await untilSeen(signal);
    }
  }
}

function listen(listener: Listener): () => void {
  listeners.add(listener);
  if (following === null) {
    following = new AbortController();
    void follow(following.signal);
  }

  return () => {
    listeners.delete(listener);

    // Another page is about to listen when one goes: the stream is left only if none does.
    setTimeout(() => {
      if (listeners.size === 0) {
        following?.abort();
        following = null;
        liveState.set("off");
      }
    }, 250);
  };
}

/** Starts anew, with another key. */
export function reconnect(): void {
  following?.abort();
  following = null;
  if (listeners.size > 0) {
    following = new AbortController();
    void follow(following.signal);
  }
}

/** Listens for as long as the component is there; the listener may be another one each time. */
export function useLive(listener: Listener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(
    () =>
      listen({
        run: (r) => latest.current.run?.(r),
        pool: (p) => latest.current.pool?.(p),
        host: (h) => latest.current.host?.(h),
        "host-removed": (h) => latest.current["host-removed"]?.(h),
        queue: (q) => latest.current.queue?.(q),
        onSync: () => latest.current.onSync?.(),
      }),
    [],
  );
}
