import { useEffect } from "preact/hooks";
import { functionKey, refusals } from "./kit/api";
import { Loading } from "./kit/Page";
import { ProblemBox } from "./kit/ProblemBox";
import { go, usePlace } from "./kit/router";
import { may, session, start } from "./kit/session";
import { keyUse } from "./kit/snippets";
import { useStore } from "./kit/store";
import { routes } from "./routes";
import { NotFound } from "./shell/NotFound";
import { Shell } from "./shell/Shell";
import { SignIn } from "./shell/SignIn";

/** The console: who is there, and the page of the address. */
export function App() {
  const who = useStore(session);
  const refused = useStore(refusals);
  const { parts } = usePlace();
  const route = routes.find((r) => r.path === (parts[0] ?? "runs"));

  // The page's script comes while the server says who is there.
  useEffect(() => void route?.load().catch(() => undefined), [route]);
  useEffect(() => {
    if (parts.length === 0) {
      go("runs", { replace: true });
    }
  }, [parts.length]);

  // A key that was taken back is noticed by whatever is asked next.
  useEffect(() => {
    if (refused > 0 && session.value.is === "known") {
      void start();
    }
  }, [refused]);

  switch (who.is) {
    case "unknown":
      return <Loading />;
    case "nobody":
      return <SignIn key={who.isPlatform} problem={who.problem} isPlatform={who.isPlatform} />;
    case "cut":
      return (
        <main class="alone">
          <ProblemBox problem={who.problem} onRetry={() => void start()} />
        </main>
      );
    case "known":
      keyUse.isNeeded = who.me.keysRequired;
      keyUse.isPlatform = functionKey.value !== null;
      return (
        <Shell me={who.me} current={route?.path}>
          {route === undefined || !may(route.needs) ? (
            <NotFound isRefused={route !== undefined} />
          ) : (
            <route.Page key={route.path} parts={parts.slice(1)} />
          )}
        </Shell>
      );
  }
}
