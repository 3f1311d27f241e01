import { ComfyFuncError } from "./error.js";
import { isNode } from "./connection.js";

const ENDS = ["succeeded", "failed", "canceled", "expired"];

export const hasEnded = (status) => ENDS.includes(status);

/** A run as the server shows it, whatever members it has; its outputs can be downloaded. */
export class Run {
  constructor(connection, shown) {
    Object.assign(this, shown);
    this.outputs = Object.fromEntries(
      Object.entries(shown.outputs ?? {}).map(([tag, list]) => [tag, list.map((output, n) => new Output(connection, shown.id, tag, n, output))]),
    );
  }

  get isDone() {
    return hasEnded(this.status);
  }
}

/** One file or text that a run came to. */
export class Output {
  #connection;
  #place;

  constructor(connection, run, tag, n, shown) {
    Object.assign(this, shown);
    this.#connection = connection;
    this.#place = { run, tag, n };
  }

  /** The content as a stream. A link that has expired is replaced by a fresh one. */
  async download({ signal } = {}) {
    const here = this.text ?? (this.base64 === undefined ? undefined : Uint8Array.from(atob(this.base64), (c) => c.charCodeAt(0)));
    if (here !== undefined) {
      return new Blob([here], { type: this.contentType }).stream();
    }

    try {
      return (await this.#connection.foreign(this.url, { signal })).body;
    } catch (error) {
      if (!(error instanceof ComfyFuncError) || ![401, 403, 404, 410].includes(error.status)) {
        throw error;
      }
    }

    const { run, tag, n } = this.#place;
    const now = await this.#connection.json("GET", `runs/${encodeURIComponent(run)}`, { signal });
    this.url = now.outputs?.[tag]?.[n]?.url ?? this.url;
    return (await this.#connection.foreign(this.url, { signal })).body;
  }

  async blob(options) {
    const content = await new Response(await this.download(options)).blob();
    return content.slice(0, content.size, this.contentType ?? (this.text === undefined ? "application/octet-stream" : "text/plain"));
  }

  async content(options) {
    return new Uint8Array(await new Response(await this.download(options)).arrayBuffer());
  }

  /** Writes the content to a file (in Node). */
  async save(path, options) {
    if (!isNode()) {
      throw new TypeError("save() is for Node. In a browser use blob().");
    }

    const [{ createWriteStream }, { Readable }, { pipeline }] = await Promise.all([import("node:fs"), import("node:stream"), import("node:stream/promises")]);
    await pipeline(Readable.fromWeb(await this.download(options)), createWriteStream(path), { signal: options?.signal });
  }
}
