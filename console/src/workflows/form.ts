import { pointerTo } from "../kit/problem";
import { useSelect } from "../kit/select";
import { Store } from "../kit/store";
import type { ContractInput, ContractTag, Workflow } from "../kit/types";
import { type Draft, EMPTY, setValue, valueOf } from "./draft";
import { draftOf } from "./drafts";

/** A form of a workflow: what it is made from, what is in it, and what the server found wrong. */
export interface Form {
  workflow: Workflow;
  draft: Store<Draft>;

  /** By pointer; those of a place are taken back when its value changes. */
  faults: Store<ReadonlyMap<string, string[]>>;

  /** Only inputs that have this text in their names. */
  filter: Store<string>;
}

export const formOf = (workflow: Workflow): Form => ({
  workflow,
  draft: draftOf(workflow.name),
  faults: new Store<ReadonlyMap<string, string[]>>(new Map()),
  filter: new Store(""),
});

export function useValue(form: Form, tag: ContractTag, input: ContractInput): [unknown, (value: unknown) => void] {
  const value = useSelect(form.draft, (d) => valueOf(d, tag.name, input.name));
  return [value, (next) => change(form, tag, input, next)];
}

/** Sets a value, and forgets what was wrong with the one before. Undefined is as saved. */
export function change(form: Form, tag: ContractTag, input: ContractInput, value: unknown): void {
  clearFaults(form, pointerTo(tag.name, input.name));
  form.draft.set(setValue(form.draft.value, tag, input.name, value));
}

export function clearFaults(form: Form, pointer: string): void {
  const kept = [...form.faults.value].filter(([p]) => p !== pointer && !p.startsWith(`${pointer}/`));
  if (kept.length < form.faults.value.size) {
    form.faults.set(new Map(kept));
  }
}

const NONE: string[] = [];

/** What is wrong at a place and, where the place is a value, within it. */
export const useFaults = (form: Form, pointer: string, isDeep = true): string[] => {
  const text = useSelect(form.faults, (f) =>
    [...f]
      .filter(([p]) => p === pointer || (isDeep && p.startsWith(`${pointer}/`)))
      .flatMap(([, details]) => details)
      .join("\n"),
  );
  return text === "" ? NONE : text.split("\n");
};

/** Faults by their pointers, in the case that the contract has. */
export function faultsOf(errors: { pointer?: string | null; detail: string }[]): ReadonlyMap<string, string[]> {
  const faults = new Map<string, string[]>();
  for (const { pointer, detail } of errors) {
    faults.set(pointer ?? "", [...(faults.get(pointer ?? "") ?? []), detail]);
  }

  return faults;
}

/** Puts everything back as saved, options too. */
export function reset(form: Form): void {
  form.faults.set(new Map());
  form.draft.set(EMPTY);
}

/** The first field that something is wrong with is brought into view. */
export const showFirstFault = (): void =>
  requestAnimationFrame(() => {
    const field = document.querySelector<HTMLElement>(".inputs [aria-invalid=true], .inputs .faults");
    field?.scrollIntoView({ block: "center" });
    field?.focus({ preventScroll: true });
  }) as unknown as void;
