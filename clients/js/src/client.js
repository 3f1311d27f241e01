import { BatchHandle } from "./batch.js";
import { pathOf, queryOf, viewOf } from "./call.js";
import { anyOf, Connection } from "./connection.js";
import { ComfyFuncError } from "./error.js";
import { carry, upload } from "./files.js";
import { get } from "./follow.js";
import { RunHandle } from "./handle.js";
import { Run } from "./run.js";

/** One server that serves workflows. */
export class ComfyFunc {
  #connection;

  constructor(options) {
    this.#connection = new Connection(typeof options === "string" || options instanceof URL ? { baseUrl: options } : options);
  }

  /** Runs a workflow to its end: the run, with its outputs. Whatever else becomes of it is thrown. */
  async run(name, values = {}, options = {}) {
    const signal = anyOf(options.signal, options.timeout && AbortSignal.timeout(options.timeout * 1000));
    try {
      const handle = await this.submit(name, values, { cancelOnAbort: true, ...options, signal });
      return await handle.result({ cancelOnAbort: true, ...options, signal });
    } catch (error) {
      throw signal.reason?.name === "TimeoutError" && error === signal.reason
        ? new ComfyFuncError(`The run had not ended after ${options.timeout ?? "a number of"} seconds.`, { code: "timeout", retryable: true, cause: error })
        : error;
    }
  }

  /** Has a run made, and tells how to follow it. */
  async submit(name, values = {}, options = {}) {
    const { version, idempotencyKey = crypto.randomUUID(), fresh, output, signal, cancelOnAbort = false } = options;
    const body = JSON.stringify(await carry(this.#connection, values, signal));
    signal?.throwIfAborted();
    const posted = this.#connection.json("POST", pathOf(name, version), {
      query: queryOf(options),
      headers: { prefer: "respond-async, return=representation", "idempotency-key": idempotencyKey, ...(fresh && { "cache-control": "no-cache" }) },
      body,
    });

    // The call is not cut off half way: nobody would know whether there is a run.
    const stopped = withResolvers();
    const stop = () => stopped.reject(signal.reason);
    signal?.addEventListener("abort", stop);
    try {
      return new RunHandle(this.#connection, new Run(this.#connection, await Promise.race([posted, stopped.promise])), output);
    } catch (error) {
      if (signal?.aborted && cancelOnAbort) {
        posted.then(({ id }) => this.handle(id).cancel()).catch(() => {});
      }

      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Runs a workflow and yields its events; the last has the run, however it ended. Whoever stops listening early leaves the run alone. */
  async *subscribe(name, values = {}, options = {}) {
    yield* (await this.submit(name, values, options)).events(options);
  }

  /** What a call would do: `valid`, `errors`, `changes`, `hosts`. Makes no run. */
  async validate(name, values = {}, options = {}) {
    const body = JSON.stringify(await carry(this.#connection, values, options.signal));
    return await this.#connection.json("POST", pathOf(name, options.version), { query: { ...queryOf(options), validateOnly: true }, body, signal: options.signal });
  }

  /** Runs a workflow many times: for each of a list of values, or for every combination of `{ matrix, input }`. */
  async batch(name, inputs, options = {}) {
    const handle = await this.submitBatch(name, inputs, options);
    return await handle.result({ cancelOnAbort: true, ...options });
  }

  async submitBatch(name, inputs, options = {}) {
    const body = JSON.stringify(await carry(this.#connection, Array.isArray(inputs) ? { inputs } : inputs, options.signal));
    const { output, ...forRuns } = options;
    return new BatchHandle(this.#connection, await this.#connection.json("POST", `${pathOf(name, options.version)}/batches`, { query: queryOf(forRuns), body, repeatable: false, signal: options.signal }), output);
  }

  /** A run that is known by its id. `wait`: seconds, for its end. */
  async get(id, { output, wait = 0, signal } = {}) {
    return await get(this.#connection, id, wait, signal, viewOf(output));
  }

  /** Runs, newest first. Filters: `workflow`, `status`, `batch` and what else the server knows. */
  async *list({ signal, ...filters } = {}) {
    for (let continuation; ; ) {
      const page = await this.#connection.json("GET", "runs", { query: { ...filters, continuation }, signal });
      yield* page.runs.map((r) => new Run(this.#connection, r));
      continuation = page.continuation;
      if (!continuation) {
        return;
      }
    }
  }

  /** The same call once more, as a run of its own. */
  async retry(id, { signal } = {}) {
    return new RunHandle(this.#connection, new Run(this.#connection, await this.#connection.json("POST", `runs/${encodeURIComponent(id)}/retry`, { repeatable: false, signal })));
  }

  /** Takes up a run that was submitted before, maybe by another process. */
  handle(id) {
    return new RunHandle(this.#connection, { id });
  }

  /** Sends a file ahead of calls: what comes back stands for it in values, for two days. */
  async upload(source, { signal } = {}) {
    return await upload(this.#connection, source, signal);
  }
}

function withResolvers() {
  let reject;
  return { promise: new Promise((_, no) => (reject = no)), reject };
}
