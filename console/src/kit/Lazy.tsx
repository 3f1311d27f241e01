import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Loading } from "./Page";
import { Problem } from "./problem";
import { ProblemBox } from "./ProblemBox";

/** A component that is fetched when it is first shown. */
export function lazy<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  let Loaded: FunctionComponent<P> | null = null;
  return function Lazy(props: P) {
    const [problem, setProblem] = useState<Problem | null>(null);
    const [, draw] = useState({});
    useEffect(() => {
      if (Loaded === null) {
        load().then(
          (component) => {
            Loaded = component;
            draw({});
          },
          () =>
            setProblem(
              new Problem(0, "A part of the console could not be loaded.", "", "The server may have been updated: load the page again."),
            ),
        );
      }
    }, []);
    return problem !== null ? (
      <ProblemBox problem={problem} onRetry={() => location.reload()} />
    ) : Loaded === null ? (
      <Loading />
    ) : (
      <Loaded {...props} />
    );
  };
}
