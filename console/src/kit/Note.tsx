import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon";

/** A state that a person should know of before anything else on the page, with what may be done about it. */
export function Note(props: { tone: "warn" | "bad" | "busy" | "off"; icon: IconName; title: ComponentChildren; actions?: ComponentChildren; children?: ComponentChildren }) {
  const { tone, icon, title, actions, children } = props;
  return (
    <div class={`note ${tone}`} role="status">
      <Icon name={icon} />
      <div>
        <strong>{title}</strong>
        {children}
      </div>
      {actions !== undefined && <div class="actions">{actions}</div>}
    </div>
  );
}
