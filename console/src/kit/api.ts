import { type Call, urlOf } from "./call";
import { parseJson, toJson } from "./json";
import { Problem } from "./problem";
import { Store } from "./store";

/** A key that is kept for this tab's session, and in no URL. */
function kept(name: string): Store<string | null> {
  const store = new Store(sessionStorage.getItem(name));
  store.follow(() => (store.value === null ? sessionStorage.removeItem(name) : sessionStorage.setItem(name, store.value)));
  return store;
}

/** Of the caller. */
export const key = kept("comfyfunc.key");

/** Of the Functions app, where the platform asks for one before the server sees a call. */
export const functionKey = kept("comfyfunc.function-key");

/** Counts up when the server said 401: whoever shows the page asks for a key then. */
export const refusals = new Store(0);

/** The answer to a call. What is not a success is thrown as a Problem. */
export async function respond(call: Call, signal?: AbortSignal): Promise<Response> {
  const isRaw = call.body instanceof Blob || call.body instanceof FormData;
  const headers = new Headers(call.headers);
  if (key.value !== null) {
    headers.set("X-Api-Key", key.value);
  }

  if (functionKey.value !== null) {
    headers.set("x-functions-key", functionKey.value);
  }

  // A change without a body is JSON, too: the server takes no other from a browser.
  if (!isRaw && !headers.has("Content-Type") && call.method !== "GET" && call.method !== "HEAD") {
    headers.set("Content-Type", "application/json");
  }

  const body = call.body === undefined ? null : isRaw ? (call.body as BodyInit) : toJson(call.body);
  const response = await fetch(urlOf(call), { method: call.method, headers, body, signal: signal ?? null, cache: "no-store" });
  if (response.ok) {
    return response;
  }

  const problem = await Problem.from(response);
  if (response.status === 401) {
    refusals.set(refusals.value + 1);
  }

  throw problem;
}

/** Sends a call and reads its JSON; undefined where the answer has none. */
export async function send<T>(call: Call, signal?: AbortSignal): Promise<T> {
  const text = await (await respond(call, signal)).text();
  return (text === "" ? undefined : parseJson(text)) as T;
}

export const get = <T>(path: string, query?: Call["query"], signal?: AbortSignal): Promise<T> =>
  send<T>({ method: "GET", path, query }, signal);
