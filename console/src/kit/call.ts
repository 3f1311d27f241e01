/** One request to the API, as data: what a button sends is what "as curl" shows. */
export interface Call {
  method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";

  /** Below /api, without a slash in front; made by `path`, which escapes. */
  path: string;

  query?: Record<string, string | number | boolean | null | undefined | (string | number)[]>;

  headers?: Record<string, string>;

  /** Sent as JSON, or as it is when it is a Blob or FormData. */
  body?: unknown;
}

/** A path of the API whose values are escaped: path`runs/${id}/cancel`. */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return String.raw({ raw: parts }, ...values.map((v) => encodeURIComponent(v)));
}

export function queryText(query: Call["query"]): string {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") {
        said.append(name, String(one));
      }
    }
  }

  return said.size > 0 ? `?${said}` : "";
}

/** Where the API is: beside the console, also behind a path base. */
export const apiBase = (): string => new URL("../api/", document.baseURI).href;

export const urlOf = (call: Call): string => `${apiBase()}${call.path}${queryText(call.query)}`;
