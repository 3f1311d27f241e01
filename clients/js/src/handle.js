import { viewOf } from "./call.js";
import { ComfyFuncError } from "./error.js";
import { follow, get } from "./follow.js";
import { Run } from "./run.js";

/** A run that was submitted. */
export class RunHandle {
  #connection;
  #first;
  #output;

  constructor(connection, first, output) {
    this.#connection = connection;
    this.#first = first;
    this.#output = output;
    this.id = first.id;
  }

  /** The run as it is now. */
  async status({ signal } = {}) {
    return await get(this.#connection, this.id, 0, signal, viewOf(this.#output));
  }

  /** Its events from the first on: `status`, `progress` and, where they are asked for, `preview`. The last has the run. */
  async *events({ previews, signal } = {}) {
    if (this.#first.isDone) {
      yield { type: "status", id: this.id, status: this.#first.status, run: this.#first };
      return;
    }

    for await (const event of follow(this.#connection, this.id, { previews, signal })) {
      yield event.run && this.#output ? { ...event, run: await this.status({ signal }) } : event;
    }
  }

  /** Waits for the end: the run if it succeeded; everything else is thrown. */
  async result({ onProgress, onPreview, signal, cancelOnAbort = false } = {}) {
    try {
      for await (const event of this.events({ previews: !!onPreview, signal })) {
        if (event.type === "preview") {
          onPreview?.(event);
        } else {
          onProgress?.(event);
        }

        if (event.run?.status === "succeeded") {
          return event.run;
        }

        if (event.run) {
          throw ComfyFuncError.ofRun(event.run);
        }
      }
    } catch (error) {
      if (signal?.aborted && cancelOnAbort) {
        await this.cancel().catch(() => {}); // That it was stopped is what the caller is told.
      }

      throw error;
    }
  }

  /** Has the run stopped; `wait`: seconds, for the end. */
  async cancel({ wait = 0, signal } = {}) {
    return new Run(this.#connection, await this.#connection.json("POST", `runs/${encodeURIComponent(this.id)}/cancel`, { headers: wait > 0 ? { prefer: `wait=${wait}` } : {}, signal }));
  }
}
