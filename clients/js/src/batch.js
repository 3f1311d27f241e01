import { viewOf } from "./call.js";
import { delay } from "./connection.js";
import { Run } from "./run.js";

const PAUSE = 1000;
const LARGEST_PAGE = 200;

/** Many runs of one workflow that were submitted at once. */
export class BatchHandle {
  #connection;
  #output;

  constructor(connection, first, output) {
    this.#connection = connection;
    this.#output = output;
    this.id = first.id;
  }

  /** How far it is. */
  async status({ signal } = {}) {
    return await this.#connection.json("GET", this.#path, { signal });
  }

  /** Its runs so far, in the order of their inputs. */
  async runs({ signal } = {}) {
    const runs = [];
    let continuation;
    do {
      const page = await this.#connection.json("GET", "runs", { query: { batch: this.id, limit: LARGEST_PAGE, continuation }, signal });
      runs.push(...page.runs);
      continuation = page.continuation;
    } while (continuation);
    const shown = this.#output ? await Promise.all(runs.map((r) => this.#connection.json("GET", `runs/${encodeURIComponent(r.id)}`, { query: viewOf(this.#output), signal }))) : runs;
    return shown.sort((a, b) => placeOf(a) - placeOf(b) || (a.id < b.id ? -1 : 1)).map((r) => new Run(this.#connection, r));
  }

  /** Waits for the end of all: the batch with its `runs`, whether they succeeded or not. */
  async result({ onProgress, signal, cancelOnAbort = false } = {}) {
    try {
      for (;;) {
        const batch = await this.status({ signal });
        onProgress?.(batch);
        if (batch.status === "completed" || batch.status === "canceled") {
          return { ...batch, runs: await this.runs({ signal }) };
        }

        await delay(PAUSE, signal);
      }
    } catch (error) {
      if (signal?.aborted && cancelOnAbort) {
        await this.cancel().catch(() => {});
      }

      throw error;
    }
  }

  /** Makes no more runs and cancels those that are open. */
  async cancel({ signal } = {}) {
    return await this.#connection.json("POST", `${this.#path}/cancel`, { signal });
  }

  get #path() {
    return `batches/${encodeURIComponent(this.id)}`;
  }
}

const placeOf = (run) => run.batch?.index ?? 0;
