import type { ComponentChildren } from "preact";

/** A bar: what it stands for, how long it is, and its number as people read it. */
export interface Bar {
  key: string;
  name: ComponentChildren;
  value: number;
  text: string;

  /** A word behind the number, such as how many of them failed. */
  aside?: ComponentChildren;
}

/** Values side by side, the longest first to the eye. The numbers are there for who sees no bars. */
export function Bars({ label, bars }: { label: string; bars: Bar[] }) {
  const most = Math.max(...bars.map((b) => b.value), Number.MIN_VALUE);
  return (
    <ul class="bars" aria-label={label}>
      {bars.map((b) => (
        <li key={b.key}>
          <span class="bars-name">{b.name}</span>
          <span class="bars-text number">
            {b.text}
            {b.aside !== undefined && <span class="muted"> {b.aside}</span>}
          </span>
          <span class="bars-track" aria-hidden="true">
            {b.value > 0 && <i style={{ width: `${(100 * b.value) / most}%` }} />}
          </span>
        </li>
      ))}
    </ul>
  );
}
