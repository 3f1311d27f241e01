import { Icon, type IconName } from "./Icon";
import { words } from "./text";

/** How a state is meant: its colour and its sign. The word is always there as well. */
export type Tone = "good" | "bad" | "busy" | "wait" | "warn" | "off" | "plain";

const STATES: Record<string, [Tone, IconName]> = {
  queued: ["wait", "ring"],
  running: ["busy", "arc"],
  canceling: ["warn", "arc"],
  succeeded: ["good", "check"],
  failed: ["bad", "cross"],
  canceled: ["off", "slash"],
  expired: ["warn", "clock"],
  ready: ["good", "check"],
  warmingUp: ["busy", "arc"],
  draining: ["warn", "pause"],
  quarantined: ["bad", "warning"],
  offline: ["off", "cross"],
  completed: ["good", "check"],
  pending: ["wait", "ring"],
  delivered: ["good", "check"],
  abandoned: ["bad", "cross"],
  current: ["good", "check"],
};

/** A state as a word with its sign and colour. What it does not know is plain, or as `tone` and `icon` say. */
export function Badge({ state, tone, icon, text }: { state: string; tone?: Tone; icon?: IconName; text?: string }) {
  const [known, sign] = STATES[state] ?? ["plain", undefined];
  const shown = icon ?? sign;
  return (
    <span class={`badge ${tone ?? known}`} data-state={state}>
      {shown !== undefined && <Icon name={shown} class={shown === "arc" ? "turning" : ""} />}
      {text ?? words(state)}
    </span>
  );
}
