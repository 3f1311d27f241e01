import type { ComponentChildren } from "preact";

/** A number that is looked at first: its name, and a word on what it means. */
export interface Figure {
  name: string;
  value: ComponentChildren;
  hint?: ComponentChildren;
  tone?: "warn" | "bad" | "good";
}

/** Numbers in a row. */
export function Figures({ label, figures }: { label: string; figures: Figure[] }) {
  return (
    <dl class="figures" aria-label={label}>
      {figures.map((f) => (
        <div key={f.name} class={f.tone ?? ""}>
          <dt>{f.name}</dt>
          <dd>
            <span class="figure">{f.value}</span>
            {f.hint !== undefined && <span class="muted">{f.hint}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
