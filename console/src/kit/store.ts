import { useEffect, useState } from "preact/hooks";

/** A value that many look at, and are told of when it changes. */
export class Store<T> {
  readonly #followers = new Set<() => void>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (!Object.is(this.#value, value)) {
      this.#value = value;
      for (const follower of [...this.#followers]) {
        follower();
      }
    }
  }

  follow(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }
}

/** What a store holds, now and after each change. */
export function useStore<T>(store: Store<T>): T {
  const [, draw] = useState({});
  const seen = store.value;
  useEffect(() => {
    if (!Object.is(seen, store.value)) {
      draw({});
    }

    return store.follow(() => draw({}));
  }, [store]);
  return seen;
}
