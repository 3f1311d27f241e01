import { pointerTo } from "../kit/problem";
import type { ContractInput, ContractTag, Values, Workflow } from "../kit/types";

/** What a call is going to say: only what differs from the saved workflow. It is kept for each workflow as long as the tab lives. */
export interface Draft {
  /** Values by tag and input. */
  values: Record<string, Values>;

  /** Tags that are bypassed; their values wait for them. */
  off: readonly string[];

  /** Values of inputs that the choice made does not bring: they come back with it. */
  kept: Record<string, Values>;

  /** What the body holds besides tags. */
  extra: Values;

  /** Options of the call, as its query has them. */
  options: Record<string, string>;
}

export const EMPTY: Draft = { values: {}, off: [], kept: {}, extra: {}, options: {} };

type Contract = Workflow["contract"];

export const isRecord = (value: unknown): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);

const without = <T>(record: Record<string, T>, name: string): Record<string, T> => {
  const { [name]: _, ...rest } = record;
  return rest;
};

export const valueOf = (draft: Draft, tag: string, input: string): unknown => draft.values[tag]?.[input];

export const isOff = (draft: Draft, tag: string): boolean => draft.off.includes(tag);

/** The value as a call would have it: what is set, else what the workflow was saved with. */
export const effective = (draft: Draft, tag: string, input: ContractInput): unknown => valueOf(draft, tag, input.name) ?? input.default;

/** Whether the choices made bring an input. */
export function isBrought(draft: Draft, tag: ContractTag, input: ContractInput): boolean {
  const choice = input.ofChoice;
  const selector = choice && tag.inputs.find((i) => i.name === choice.input);
  return (
    choice === undefined ||
    selector === undefined ||
    (choice.values.includes(String(effective(draft, tag.name, selector))) && isBrought(draft, tag, selector))
  );
}

/** Sets a value; undefined takes it back to the saved one. What another choice does not bring is put aside. */
export function setValue(draft: Draft, tag: ContractTag, input: string, value: unknown): Draft {
  const old = draft.values[tag.name] ?? {};
  const next: Draft = withTag(draft, tag.name, value === undefined ? without(old, input) : { ...old, [input]: value });
  return tag.inputs.some((i) => i.ofChoice !== undefined) ? settled(next, tag) : next;
}

function withTag(draft: Draft, tag: string, values: Values): Draft {
  return { ...draft, values: Object.keys(values).length === 0 ? without(draft.values, tag) : { ...draft.values, [tag]: values } };
}

function settled(draft: Draft, tag: ContractTag): Draft {
  let values = draft.values[tag.name] ?? {};
  let kept = draft.kept[tag.name] ?? {};
  for (const input of tag.inputs.filter((i) => i.ofChoice !== undefined)) {
    const [from, isIn] = [isBrought(draft, tag, input) ? kept : values, isBrought(draft, tag, input)];
    if (input.name in from) {
      const moved = { [input.name]: from[input.name] };
      values = isIn ? { ...values, ...moved } : without(values, input.name);
      kept = isIn ? without(kept, input.name) : { ...kept, ...moved };
    }
  }

  return { ...withTag(draft, tag.name, values), kept: { ...draft.kept, [tag.name]: kept } };
}

export const setOff = (draft: Draft, tag: string, isOffNow: boolean): Draft => ({
  ...draft,
  off: isOffNow ? [...draft.off.filter((t) => t !== tag), tag] : draft.off.filter((t) => t !== tag),
});

export const setOption = (draft: Draft, name: string, value: string): Draft => ({
  ...draft,
  options: value === "" ? without(draft.options, name) : { ...draft.options, [name]: value },
});

/** The body of the call. */
export function bodyOf(draft: Draft): Values {
  const bypassed = Object.fromEntries(draft.off.map((tag) => [tag, false]));
  return { ...draft.values, ...bypassed, ...draft.extra };
}

/** Puts a body into the form: the inverse of `bodyOf`. Tags and inputs are found in any case, as the server finds them. */
export function readBody(body: Values, contract: Contract, before: Draft): Draft {
  let draft: Draft = { ...EMPTY, options: before.options };
  const off: string[] = [];
  for (const [name, value] of Object.entries(body)) {
    const tag = contract.tags.find((t) => t.name.toLowerCase() === name.toLowerCase());
    if (tag === undefined || !(isRecord(value) || typeof value === "boolean" || value === null)) {
      draft = { ...draft, extra: { ...draft.extra, [name]: value } };
    } else if (value === false) {
      off.push(tag.name);
      draft = withTag(draft, tag.name, before.values[tag.name] ?? {});
    } else if (isRecord(value)) {
      draft = withTag(draft, tag.name, namedAs(value, tag));
    }
  }

  return { ...draft, off };
}

const namedAs = (values: Values, tag: ContractTag): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, v]) => [tag.inputs.find((i) => i.name.toLowerCase() === name.toLowerCase())?.name ?? name, v]),
  );

/** How many inputs and tags are not as saved. */
export const changes = (draft: Draft): number =>
  draft.off.length + Object.entries(draft.values).reduce((n, [tag, v]) => (draft.off.includes(tag) ? n : n + Object.keys(v).length), 0);

/** Whether a fault has a place in the form: a tag of the contract, or something in it. */
export const isShownAt = (contract: Contract, pointer: string | null | undefined): boolean =>
  contract.tags.some((t) => pointer === pointerTo(t.name) || pointer?.startsWith(`${pointerTo(t.name)}/`));

/** What a file of an earlier call is shown as; its content is not told again. */
const isFileReference = (value: unknown): value is { name?: string; url?: string } => isRecord(value) && value["type"] === "file";

/** The values of a run as a draft. Files that came as content cannot be told again: their names come back as `lost`. */
export function ofRun(inputs: Record<string, Values | boolean>, contract: Contract): { draft: Draft; lost: string[] } {
  const lost: string[] = [];
  const body: Values = {};
  for (const [tag, values] of Object.entries(inputs)) {
    body[tag] = isRecord(values)
      ? Object.fromEntries(
          Object.entries(values).flatMap(([input, value]) => {
            const files = [value].flat();
            if (files.some((f) => isFileReference(f) && f.url === undefined)) {
              lost.push(`${tag}.${input}`);
              return [];
            }

            return [[input, files.some(isFileReference) ? (Array.isArray(value) ? files.map(linkOf) : linkOf(value)) : value]];
          }),
        )
      : values;
  }

  return { draft: readBody(body, contract, EMPTY), lost };
}

const linkOf = (value: unknown): unknown => (isFileReference(value) ? value.url : value);
