import { useEffect, useRef, useState } from "preact/hooks";
import type { Store } from "./store";

/** A part of what a store holds: drawn again only when that part is another one. */
export function useSelect<T, S>(store: Store<T>, select: (value: T) => S): S {
  const [, draw] = useState({});
  const latest = useRef(select);
  latest.current = select;
  const seen = useRef<S>(undefined as S);
  seen.current = select(store.value);
  useEffect(() => {
    const look = (): void => {
      if (!Object.is(latest.current(store.value), seen.current)) {
        draw({});
      }
    };
    look();
    return store.follow(look);
  }, [store]);
  return seen.current;
}
