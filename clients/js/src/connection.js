import { ComfyFuncError } from "./error.js";
import { VERSION } from "./version.js";

const MOST_RETRIES = 4;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 60_000;
const ANSWER_PATIENCE = 100_000;
// Keys would go along to where a redirect leads.
const UNLED = "manual";

/** Speaks HTTP to one server: adds the key, repeats what is safe to repeat, and makes an error of every refusal. */
export class Connection {
  #base;
  #headers;
  #fetch;

  constructor({ baseUrl, key, functionKey, headers = {}, fetch = globalThis.fetch }) {
    this.#base = `${String(baseUrl).replace(/\/+$/, "").replace(/\/api$/, "")}/api/`;
    this.#fetch = (...a) => fetch(...a);
    this.#headers = {
      ...(isNode() && { "user-agent": `comfyfunc-client/${VERSION}` }),
      ...(key && { "x-api-key": key }),
      ...(functionKey && { "x-functions-key": functionKey }),
      ...headers,
    };
  }

  /**
   * The JSON that a request is answered with.
   * @param {boolean} [options.repeatable] Whether it may be sent again when nobody knows what became of it.
   */
  async json(method, path, { query, headers, body, signal, repeatable = true, patience = ANSWER_PATIENCE } = {}) {
    const request = { method, redirect: UNLED, headers: { ...this.#headers, ...(body !== undefined && { "content-type": "application/json" }), ...headers }, body };
    return this.#repeat(repeatable, signal, async () => {
      const response = await this.#fetch(this.url(path, query), { ...request, signal: within(patience, signal) });
      return response.ok ? await response.json() : response;
    });
  }

  /** A stream of events; whoever follows it comes back. */
  stream(path, { query, headers, signal }) {
    return this.#fetch(this.url(path, query), { redirect: UNLED, headers: { ...this.#headers, accept: "text/event-stream", ...headers }, signal });
  }

  /** A request to where the server sent: it needs no key and gets none. */
  async foreign(url, { method = "GET", headers, body, signal, repeatable = true } = {}) {
    return this.#repeat(repeatable, signal, () => this.#fetch(url, { method, headers, body, signal }));
  }

  url(path, query = {}) {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query).flatMap(([n, v]) => (Array.isArray(v) ? v.map((one) => [n, one]) : [[n, v]]))) {
      if (value !== undefined && value !== null) {
        url.searchParams.append(name, value);
      }
    }

    return url;
  }

  // An answer that is a refusal comes back as a Response, which is read here.
  async #repeat(repeatable, signal, attempt) {
    for (let retries = 0; ; retries++) {
      let error, pause;
      try {
        const answer = await attempt();
        if (!(answer instanceof Response) || answer.ok) {
          return answer;
        }

        error = await ComfyFuncError.ofAnswer(answer);
        pause = pauseAfter(answer, error, repeatable);
      } catch (cause) {
        signal?.throwIfAborted();
        error = ComfyFuncError.unreachable(cause);
        pause = repeatable ? 0 : undefined;
      }

      if (pause === undefined || retries === MOST_RETRIES) {
        throw error;
      }

      await delay(Math.min(LONGEST_PAUSE, Math.max(pause, FIRST_PAUSE * 2 ** retries * (0.5 + Math.random() / 2))), signal);
    }
  }
}

/** Waits, unless it is told to stop. */
export function delay(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** The signals as one; undefined ones count for nothing. */
export const anyOf = (...signals) => AbortSignal.any(signals.filter(Boolean));

export const isNode = () => typeof process !== "undefined" && !!process.versions?.node;

const within = (milliseconds, signal) => anyOf(signal, AbortSignal.timeout(milliseconds));

// How long to wait before the request may be sent again; undefined where that helps nobody. Too many and not now were not carried out; of a gateway's answers nobody knows.
function pauseAfter(response, { code }, repeatable) {
  const retryAfter = response.headers.get("retry-after");
  const asked = retryAfter === null ? 0 : /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Math.max(0, Date.parse(retryAfter) - Date.now() || 0);
  switch (response.status) {
    case 429:
    case 503:
      return code === "no_capable_host" && retryAfter === null ? undefined : asked;
    case 502:
    case 504:
      return repeatable ? asked : undefined;
    default:
      return undefined;
  }
}
