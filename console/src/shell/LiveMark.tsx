import { liveState, type LiveState } from "../kit/live";
import { useStore } from "../kit/store";

const SAYS: Record<LiveState, [string, string]> = {
  off: ["", "This page shows nothing that changes by itself."],
  connecting: ["…", "Asking the server for its events."],
  live: ["live", "Changes come as they happen."],
  polling: ["5 s", "There is no stream of events: the page asks every 5 seconds."],
  cut: ["cut", "The server does not answer. It is asked again and again."],
};

/** Whether what is shown is how it is now. */
export function LiveMark() {
  const state = useStore(liveState);
  const [word, title] = SAYS[state];
  return (
    <span class={`live ${state}`} title={title} role="status">
      {word}
    </span>
  );
}
