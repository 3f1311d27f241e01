import { Page } from "../kit/Page";
import { may } from "../kit/session";
import { Load } from "./Load";
import { PausedNote, PauseOrResume } from "./Pause";
import { Processes } from "./Processes";
import { Statistics } from "./Statistics";
import { useQueue } from "./useQueue";
import { WaitingRuns } from "./WaitingRuns";

/** What the pool has to do, what waits and for what, and how it went lately. Callers see what is theirs. */
export function PoolPage(_: { parts: string[] }) {
  const queue = useQueue();
  const isAdmin = may("admin");
  return (
    <Page title="Pool" actions={isAdmin && queue.head !== undefined && <PauseOrResume head={queue.head} onChange={queue.setHead} />}>
      {queue.head?.paused === true && <PausedNote head={queue.head} />}
      {isAdmin && <Load />}
      <WaitingRuns queue={queue} />
      <Statistics />
      {isAdmin && <Processes />}
    </Page>
  );
}
