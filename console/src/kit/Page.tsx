import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

/** A page: its title (the document's, too), what can be done on it, and its content. */
export function Page(props: {
  title: string;
  heading?: ComponentChildren;
  above?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
  class?: string;
}) {
  const { title, heading, above, actions, children, class: kind = "" } = props;
  useEffect(() => {
    document.title = `${title} · ComfyFunc`;
  }, [title]);
  return (
    <div class={`page ${kind}`}>
      {above}
      <header class="page-head">
        <h1 tabIndex={-1}>{heading ?? title}</h1>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a page under a heading. */
export function Panel(props: { title: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren; class?: string }) {
  const { title, actions, children, class: kind = "" } = props;
  return (
    <section class={`panel ${kind}`}>
      <header>
        <h2>{title}</h2>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** Names and what they are, one below the other. Pairs without a value are left out. */
export function Facts({ facts }: { facts: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== null && value !== false && value !== "")
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** Something is being fetched. It is shown late, so that what is quick does not flicker. */
export function Loading() {
  return (
    <p class="loading" role="status">
      Loading…
    </p>
  );
}
