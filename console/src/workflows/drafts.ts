import { parseJson, toJson } from "../kit/json";
import { leaving } from "../kit/session";
import { Store } from "../kit/store";
import { type Draft, EMPTY } from "./draft";

const KEY = "comfyfunc.drafts";

/** The form's values of each workflow. They outlive the page that shows them, and a reload. */
const drafts = new Map<string, Store<Draft>>(Object.entries(read()).map(([name, draft]) => [name, follow(new Store(draft))]));

function read(): Record<string, Draft> {
  try {
    const kept = parseJson(sessionStorage.getItem(KEY) ?? "{}") as Record<string, Draft>;
    return Object.fromEntries(Object.entries(kept).map(([name, draft]) => [name, { ...EMPTY, ...draft }]));
  } catch {
    return {};
  }
}

let timer = 0;

function follow(store: Store<Draft>): Store<Draft> {
  store.follow(() => {
    clearTimeout(timer);
    timer = setTimeout(keep, 300);
  });
  return store;
}

function keep(): void {
  if (leaving.is) {
    return;
  }

  try {
    sessionStorage.setItem(KEY, toJson(Object.fromEntries([...drafts].map(([name, store]) => [name, store.value]))));
  } catch {
    // More than the browser keeps: the values stay for as long as the page is not loaded anew.
  }
}

addEventListener("pagehide", keep);

export function draftOf(workflow: string): Store<Draft> {
  let store = drafts.get(workflow);
  if (store === undefined) {
    store = follow(new Store(EMPTY));
    drafts.set(workflow, store);
  }

  return store;
}
