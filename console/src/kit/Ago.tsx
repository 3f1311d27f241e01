import { ago, duration, moment, useNow } from "./time";

/** How long ago something was; the whole time as its title. */
export function Ago({ at }: { at: string | null | undefined }) {
  const now = useNow();
  return at ? (
    <time dateTime={at} title={moment(at)}>
      {ago(at, now)}
    </time>
  ) : (
    <span class="muted">–</span>
  );
}

/** How long something took, or takes by now. */
export function Took({ from, to }: { from: string | null | undefined; to?: string | null }) {
  const now = useNow();
  return from ? <span class="number">{duration((to ? Date.parse(to) : now) - Date.parse(from))}</span> : <span class="muted">–</span>;
}
