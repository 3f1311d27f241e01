import { useEffect, useRef } from "preact/hooks";

/** A key of the keyboard (or two in turn, "g r"), and what it does in a few words for the help. */
export interface KeyBinding {
  key: string;
  does: string;
  run: (event: KeyboardEvent) => void;
}

const bound: { current: KeyBinding[] }[] = [];
let lead = "";
let leadAt = 0;

/** Every key that does something now, for the help. */
export const bindings = (): KeyBinding[] => bound.flatMap((b) => b.current);

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;

// Enter and space belong to what has the focus, where that does something with them.
const isOnControl = (event: KeyboardEvent): boolean =>
  (event.key === "Enter" || event.key === " ") &&
  event.target instanceof Element &&
  event.target.closest("a, button, summary, [role=tab]") !== null;

function press(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target) || isOnControl(event)) {
    return;
  }

  // A dialog has the keyboard while it is open.
  if (document.querySelector("dialog[open]") !== null || document.querySelector(".pswp--open") !== null) {
    return;
  }

  const pair = event.timeStamp - leadAt < 1200 ? `${lead} ${event.key}` : event.key;
  const found = bindings().findLast((b) => b.key === pair) ?? bindings().findLast((b) => b.key === event.key);
  lead = event.key;
  leadAt = event.timeStamp;
  if (found !== undefined) {
    event.preventDefault();
    found.run(event);
  }
}

document.addEventListener("keydown", press);

/** Binds keys for as long as the component is there. */
export function useKeys(keys: KeyBinding[]): void {
  const held = useRef(keys);
  held.current = keys;
  useEffect(() => {
    bound.push(held);
    return () => void bound.splice(bound.indexOf(held), 1);
  }, []);
}
