import { Badge } from "../kit/Badge";
import type { Difference } from "../kit/types";

/** What changes for callers; what breaks them first. */
export function Differences({ differences }: { differences: Difference[] }) {
  const sorted = [...differences].sort((a, b) => Number(b.isBreaking) - Number(a.isBreaking));
  return (
    <ul class="findings">
      {sorted.map((d, i) => (
        <li key={i}>
          {d.isBreaking ? <Badge state="breaks" tone="bad" icon="warning" /> : <Badge state="fits" tone="off" icon="check" />} {d.detail}
        </li>
      ))}
    </ul>
  );
}
