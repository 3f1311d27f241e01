import { useEffect } from "preact/hooks";
import type { Resource } from "../kit/resource";
import type { DeliveryList } from "../kit/types";

const AGAIN = 5000;
const FIRST = 1500;

/** Reads deliveries anew when the run has ended, and while one is still to be told. */
export function usePending(told: Resource<DeliveryList>, hasEnded: boolean, status: string | undefined): void {
  useEffect(() => {
    if (hasEnded) {
      const timer = setTimeout(told.reload, FIRST);
      return () => clearTimeout(timer);
    }

    return undefined;
  }, [status]);
  const soon = told.value?.deliveries.some(
    (d) => d.state === "pending" && (!d.nextAttemptAt || Date.parse(d.nextAttemptAt) - Date.now() < 60_000),
  );
  useEffect(() => {
    if (soon === true) {
      const timer = setInterval(() => document.hidden || told.reload(), AGAIN);
      return () => clearInterval(timer);
    }

    return undefined;
  }, [soon]);
}
