import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./Icon";

/** A 3D model, shown when it is asked for: its viewer is the largest part of the console, and is loaded then. */
export function Model({ url, name }: { url: string; name: string }) {
  const [isShown, show] = useState(false);
  const [fault, setFault] = useState("");
  const within = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isShown) {
      return undefined;
    }

    const stop = new AbortController();
    void import("./viewer")
      .then(({ view }) => (within.current === null ? undefined : view(within.current, url, name, stop.signal)))
      .catch((error: unknown) => stop.signal.aborted || setFault(String(error)));
    return () => stop.abort();
  }, [isShown, url]);
  if (fault !== "") {
    return (
      <div class="tile other" role="alert">
        <Icon name="warning" />
        <span>{fault}</span>
      </div>
    );
  }

  return isShown ? (
    <div class="tile model" ref={within} role="img" aria-label={`${name}, a 3D model: drag to turn it`} />
  ) : (
    <button type="button" class="tile other" onClick={() => show(true)}>
      <Icon name="cube" />
      <span>Show the model</span>
    </button>
  );
}
