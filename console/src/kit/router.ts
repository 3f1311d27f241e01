import { useMemo } from "preact/hooks";
import { queryText } from "./call";
import { Store, useStore } from "./store";

/** Where the page is: the path below /console/ in decoded parts, and the query, which holds what a page shows. */
export interface Place {
  path: string;
  parts: string[];
  query: URLSearchParams;
}

function here(): Place {
  const base = new URL(document.baseURI).pathname;
  const path = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : "";
  return {
    path,
    parts: path
      .split("/")
      .filter((p) => p !== "")
      .map(decoded),
    query: new URLSearchParams(location.search),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const place = new Store<Place>(here());

const arrive = (): void => place.set(here());

/** A path of the console whose values are escaped: to`runs/${id}`. It is relative to the page's base, as links are. */
export function to(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return String.raw({ raw: parts }, ...values.map((v) => encodeURIComponent(v)));
}

/** Goes to another page, or to another state of this one. */
export function go(href: string, { replace = false } = {}): void {
  const url = new URL(href, document.baseURI);
  if (url.href === location.href) {
    return;
  }

  const isSamePage = url.pathname === location.pathname;
  history[replace ? "replaceState" : "pushState"](null, "", url);
  arrive();
  if (!isSamePage) {
    scrollTo(0, 0);
  }
}

/** Changes members of the query; null takes one away. The history stays short: it is a state, not a visit. */
export function setQuery(change: Record<string, string | null>, { push = false } = {}): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === "") {
      query.delete(name);
    } else {
      query.set(name, value);
    }
  }

  go(`${location.pathname}${queryText(Object.fromEntries(query))}`, { replace: !push });
}

export const usePlace = (): Place => useStore(place);

/** One member of the query as a state. */
export function useQuery(name: string): [string, (value: string | null) => void] {
  const { query } = usePlace();
  return [query.get(name) ?? "", useMemo(() => (value: string | null) => setQuery({ [name]: value }), [name])];
}

/** Links of the page lead on within it; everything else, and every click that wants a tab, is the browser's. */
export function startRouter(): void {
  addEventListener("popstate", arrive);
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest?.("a[href]") as HTMLAnchorElement | null;
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (link === null || event.defaultPrevented || !isPlain || link.target !== "" || link.hasAttribute("download")) {
      return;
    }

    if (link.href.startsWith(document.baseURI.replace(/[^/]*$/, "")) && !/\/assets\/|\/NOTICE$/.test(link.pathname)) {
      event.preventDefault();
      go(link.href);
    }
  });
}
