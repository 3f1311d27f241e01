import type { ComponentChildren } from "preact";
import { Code } from "./Code";
import { Icon, type IconName } from "./Icon";

/** Nothing is there: what to do first, with the command that does it. */
export function Empty(props: { icon: IconName; title: string; children?: ComponentChildren; command?: string }) {
  const { icon, title, children, command } = props;
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
      {command !== undefined && <Code text={command} label="command" />}
    </div>
  );
}
