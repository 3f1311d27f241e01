import { useEffect, useRef } from "preact/hooks";
import { useLive } from "../kit/live";
import { type Resource, useResource } from "../kit/resource";
import type { Queue, QueueHead } from "../kit/types";

/** The queue as it is now: its head as soon as it changes, who waits a moment later. */
export interface QueueNow extends Resource<Queue> {
  head: QueueHead | undefined;
  setHead: (head: QueueHead) => void;
}

const SHOWN = 200;
const LATER = 1500;

/** Reads the queue, and reads it anew when something begins or ends to wait, at most every second and a half. */
export function useQueue(): QueueNow {
  const queue = useResource<Queue>({ method: "GET", path: "queue", query: { limit: SHOWN } });
  const timer = useRef(0);
  const readLater = (): void => {
    if (timer.current === 0 && queue.value !== undefined) {
      timer.current = setTimeout(() => {
        timer.current = 0;
        queue.reload();
      }, LATER);
    }
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const setHead = (head: QueueHead): void => {
    if (queue.value !== undefined) {
      queue.set({ ...queue.value, ...head });
      readLater();
    }
  };
  useLive({
    queue: (head) => {
      const { value } = queue;
      if (value !== undefined && (value.paused !== head.paused || value.total !== head.total)) {
        setHead(head);
      }
    },
    run: ({ id, status }) => (status === "queued" || (queue.value?.waiting ?? []).some((w) => w.run === id)) && readLater(),
    onSync: queue.reload,
  });
  return { ...queue, head: queue.value, setHead };
}
