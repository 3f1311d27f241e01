import { anyOf, delay } from "./connection.js";
import { ComfyFuncError } from "./error.js";
import { hasEnded, Run } from "./run.js";
import { readEvents } from "./sse.js";

// The server says something every 15 s.
const LONGEST_SILENCE = 45_000;
const FIRST_SILENCE = 15_000;
const PAUSE = 1000;
const MOST_FAILURES = 3;
const POLL_SECONDS = 10;

/** A run's events as they happen: by the stream, which is taken up again wherever it is cut, or by asking where there is none. The last one has the run. */
export async function* follow(connection, id, { previews = false, signal } = {}) {
  let last = "0";
  let status;
  for (let failures = 0; failures < MOST_FAILURES; ) {
    const silence = new AbortController();
    let watch;
    const listen = () => {
      clearTimeout(watch);
      watch = setTimeout(() => silence.abort(new Error("The stream fell silent.")), last === "0" ? FIRST_SILENCE : LONGEST_SILENCE);
    };
    try {
      listen();
      const response = await connection.stream(`runs/${encodeURIComponent(id)}/events`, {
        query: previews ? { previews: true } : {},
        headers: last === "0" ? {} : { "last-event-id": last },
        signal: anyOf(signal, silence.signal),
      });
      if (response.status === 204) {
        const run = await get(connection, id, 0, signal);
        yield { type: "status", id, status: run.status, run };
        return;
      }

      if (!response.ok || !response.headers.get("content-type")?.startsWith("text/event-stream")) {
        throw await ComfyFuncError.ofAnswer(response);
      }

      for await (const said of readEvents(response.body)) {
        listen();
        failures = 0;
        const event = said && toEvent(connection, id, said, status);
        last = said?.id ?? last;
        status = event?.status ?? status;
        if (event) {
          yield event;
        }

        if (event?.run) {
          return;
        }
      }

      failures = last === "0" ? failures + 1 : failures;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ComfyFuncError && [401, 403, 404].includes(error.status)) {
        throw error;
      }

      failures++;
    } finally {
      clearTimeout(watch);
      silence.abort();
    }

    await delay(PAUSE, signal);
  }

  yield* ask(connection, id, status, signal);
}

// Where streams do not come through.
async function* ask(connection, id, status, signal) {
  for (;;) {
    const run = await get(connection, id, POLL_SECONDS, signal);
    if (run.isDone) {
      yield { type: "status", id, status: run.status, run };
      return;
    }

    if (run.status !== status) {
      status = run.status;
      yield { type: "status", id, status };
    }

    if (run.progress) {
      yield { type: "progress", id, status, ...run.progress };
    }

    await delay(PAUSE, signal);
  }
}

export async function get(connection, id, seconds, signal, query) {
  return new Run(connection, await connection.json("GET", `runs/${encodeURIComponent(id)}`, { query, headers: seconds > 0 ? { prefer: `wait=${seconds}` } : {}, signal }));
}

function toEvent(connection, id, { event, data }, status) {
  const read = JSON.parse(data);
  switch (event) {
    case "status":
      return { type: "status", id, status: read.status, ...(read.host && { host: read.host }), ...(hasEnded(read.status) && { run: new Run(connection, read) }) };
    case "progress":
      return { type: "progress", id, status, ...read };
    case "preview":
      return { type: "preview", id, status, contentType: read.contentType, content: Uint8Array.from(atob(read.base64), (c) => c.charCodeAt(0)) };
    default:
      return undefined; // Of a later release.
  }
}
