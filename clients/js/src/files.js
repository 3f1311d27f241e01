import { isNode } from "./connection.js";
import { ComfyFuncError } from "./error.js";

// Larger ones go ahead of the call, straight into storage.
const LARGEST_INLINE = 64 << 10;

class NamedFile {
  constructor(source, name) {
    this.source = source;
    this.name = name;
  }
}

/**
 * A file for a workflow: a path (in Node), or content with a name. Blobs, Files, Buffers, ArrayBuffers and streams may stand in values as they are.
 * @param {string | URL | Blob | ArrayBuffer | ArrayBufferView | ReadableStream} source A string is a path.
 */
export const file = (source, name) => new NamedFile(source, name);

/** The values as JSON has them: files in them are sent ahead, or inline where they are small. */
export async function carry(connection, values, signal) {
  if (isFile(values)) {
    return await carryFile(connection, values, signal);
  }

  if (Array.isArray(values)) {
    return await Promise.all(values.map((v) => carry(connection, v, signal)));
  }

  return values && typeof values === "object" && typeof values.toJSON !== "function"
    ? Object.fromEntries(await Promise.all(Object.entries(values).map(async ([name, value]) => [name, await carry(connection, value, signal)])))
    : values;
}

/** Sends a file ahead of calls, and tells what stands for it in them. */
export async function upload(connection, source, signal) {
  const { content } = await open(source);
  const { ref, method, url, headers, maxBytes } = await connection.json("POST", "uploads", { signal });
  if (maxBytes < content.size) {
    throw new ComfyFuncError(`A file of ${content.size} bytes is larger than the ${maxBytes} that the server takes.`, { code: "input_too_large" });
  }

  await connection.foreign(url, { method, headers, body: content, signal });
  return ref;
}

async function carryFile(connection, source, signal) {
  const { content, name } = await open(source);
  const place = content.size > LARGEST_INLINE ? { url: await upload(connection, content, signal) } : { content: base64(new Uint8Array(await content.arrayBuffer())) };
  return { type: "file", ...place, ...(name && { name }) };
}

const isFile = (value) => [NamedFile, Blob, ArrayBuffer, ReadableStream].some((t) => value instanceof t) || ArrayBuffer.isView(value) || isNodeStream(value);

const isNodeStream = (value) => typeof value?.pipe === "function" && typeof value[Symbol.asyncIterator] === "function";

async function open(source) {
  const name = source instanceof NamedFile ? source.name : typeof source?.name === "string" ? source.name : undefined;
  const from = source instanceof NamedFile ? source.source : source;
  if (typeof from === "string" || from instanceof URL) {
    return await openPath(from, name);
  }

  if (from instanceof Blob) {
    return { content: from, name: name ?? from.name };
  }

  if (from instanceof ReadableStream || isNodeStream(from)) {
    // Storage wants to know the length beforehand.
    const parts = [];
    for await (const part of from) {
      parts.push(part);
    }

    return { content: new Blob(parts), name: name ?? (typeof from.path === "string" ? baseName(from.path) : undefined) };
  }

  return { content: new Blob([from]), name };
}

async function openPath(path, name) {
  if (!isNode()) {
    throw new TypeError("Paths are for Node. In a browser use a File.");
  }

  const [{ openAsBlob }, { fileURLToPath }] = await Promise.all([import("node:fs"), import("node:url")]);
  const local = path instanceof URL ? fileURLToPath(path) : path;
  return { content: await openAsBlob(local), name: name ?? baseName(local) };
}

const baseName = (path) => path.split(/[\\/]/).pop();

function base64(bytes) {
  let text = "";
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
  }

  return btoa(text);
}
