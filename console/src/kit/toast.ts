import { Store } from "./store";

/** A short word on what was done. */
export interface Toast {
  id: number;
  text: string;
  kind: "done" | "failed";
}

export const toasts = new Store<Toast[]>([]);

let last = 0;

export function toast(text: string, kind: Toast["kind"] = "done"): void {
  const one = { id: ++last, text, kind };
  toasts.set([...toasts.value.slice(-3), one]);
  setTimeout(() => dismiss(one.id), kind === "done" ? 4000 : 9000);
}

export const dismiss = (id: number): void => toasts.set(toasts.value.filter((t) => t.id !== id));
