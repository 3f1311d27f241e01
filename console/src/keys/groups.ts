import type { Setting } from "../kit/types";

/** The settings of a numbered list, one object for each number: ComfyFunc:Quotas:0:Client is Client of the first. */
export function groupsOf(settings: Setting[], list: string): Record<string, string>[] {
  const groups = new Map<string, Record<string, string>>();
  for (const s of settings.filter((s) => s.name.startsWith(`${list}:`))) {
    const [number = "", member = "", ...rest] = s.name.slice(list.length + 1).split(":");
    const group = groups.get(number) ?? {};

    // A list in the list: its values stand side by side.
    const value = s.value ?? (s.isSet === true ? "…" : "");
    group[member] = rest.length > 0 && group[member] !== undefined ? `${group[member]}, ${value}` : value;
    groups.set(number, group);
  }

  return [...groups.values()];
}
