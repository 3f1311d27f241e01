import type { ComponentChildren } from "preact";

/** What may be wider than its place, such as a table: it scrolls within, also by the keyboard. */
export function Scrolls({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="scrolls" tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  );
}
