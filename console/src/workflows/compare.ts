import { toJson } from "../kit/json";
import type { ContractInput, Values, Workflow } from "../kit/types";
import { isRecord } from "./draft";

/** One difference between two versions: where, and what is there in each. */
export interface Change {
  kind: "added" | "removed" | "changed";
  place: string;

  /** What the place is: a node's class and title. */
  about?: string;
  from?: string;
  to?: string;
}

const said = (value: unknown): string => (typeof value === "string" ? value : value === undefined ? "" : (toJson(value) ?? ""));

const same = (a: unknown, b: unknown): boolean => said(a) === said(b) && typeof a === typeof b;

/** What differs between records, member by member. */
function members<T>(a: Record<string, T>, b: Record<string, T>, both: (name: string, one: T, other: T) => Change[], alone: (kind: "added" | "removed", name: string, one: T) => Change): Change[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((name) => {
    const [one, other] = [a[name], b[name]];
    return one === undefined ? [alone("added", name, other as T)] : other === undefined ? [alone("removed", name, one)] : both(name, one, other);
  });
}

type Contract = Workflow["contract"];

const inputsOf = (contract: Contract): Record<string, ContractInput> =>
  Object.fromEntries(contract.tags.flatMap((t) => t.inputs.map((i) => [`${t.name}.${i.name}`, i])));

const tagsOf = (contract: Contract): Record<string, string> => Object.fromEntries(contract.tags.map((t) => [t.name, [...new Set(t.nodes.map((n) => n.class))].join(", ")]));

const outputsOf = (contract: Contract): Record<string, string> => Object.fromEntries(contract.outputs.map((o) => [`→ ${o.tag}`, o.kind]));

const FACETS: (keyof ContractInput)[] = ["type", "default", "min", "max", "step", "options", "upload", "multiline", "seed", "required"];

function facets(place: string, one: ContractInput, other: ContractInput): Change[] {
  return FACETS.filter((f) => !same(one[f], other[f])).map((f) => ({
    kind: "changed",
    place: `${place} ${f === "default" ? "as saved" : f}`,
    ...(f === "options" ? optionsOf(one.options ?? [], other.options ?? []) : { from: said(one[f]), to: said(other[f]) }),
  }));
}

function optionsOf(one: unknown[], other: unknown[]): { from: string; to: string } {
  const [a, b] = [one.map(said), other.map(said)];
  return { from: a.filter((o) => !b.includes(o)).join(", "), to: b.filter((o) => !a.includes(o)).join(", ") };
}

/** What differs for callers. */
export function contractChanges(a: Contract, b: Contract): Change[] {
  const texts = (one: Record<string, string>, other: Record<string, string>): Change[] =>
    members(
      one,
      other,
      (place, from, to) => (from === to ? [] : [{ kind: "changed", place, from, to }]),
      (kind, place, about) => ({ kind, place, about }),
    );
  return [
    ...texts(tagsOf(a), tagsOf(b)),
    ...members(inputsOf(a), inputsOf(b), facets, (kind, place, i) => ({ kind, place, about: i.type.toLowerCase(), [kind === "added" ? "to" : "from"]: said(i.default) })),
    ...texts(outputsOf(a), outputsOf(b)),
  ];
}

interface Node {
  class_type?: string;
  inputs?: Values;
  _meta?: { title?: string };
}

const nodesOf = (prompt: unknown): Record<string, Node> => (isRecord(prompt) ? (prompt as Record<string, Node>) : {});

const aboutNode = (node: Node): string => [node.class_type, node._meta?.title].filter(Boolean).join(" · ");

const isLink = (value: unknown): value is [string, number] => Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && typeof value[1] === "number";

const valueText = (value: unknown): string => (isLink(value) ? `output ${value[1]} of node ${value[0]}` : said(value));

/** What differs between two prompts, node by node. */
export function promptChanges(a: unknown, b: unknown): Change[] {
  return members(
    nodesOf(a),
    nodesOf(b),
    (id, one, other) => [
      ...(one.class_type === other.class_type ? [] : [{ kind: "changed" as const, place: `node ${id} class`, from: said(one.class_type), to: said(other.class_type) }]),
      ...(one._meta?.title === other._meta?.title ? [] : [{ kind: "changed" as const, place: `node ${id} title`, from: said(one._meta?.title), to: said(other._meta?.title) }]),
      ...members(
        one.inputs ?? {},
        other.inputs ?? {},
        (input, from, to) => (same(from, to) ? [] : [{ kind: "changed" as const, place: `node ${id} ${input}`, about: aboutNode(other), from: valueText(from), to: valueText(to) }]),
        (kind, input, value) => ({ kind, place: `node ${id} ${input}`, about: aboutNode(other), [kind === "added" ? "to" : "from"]: valueText(value) }),
      ),
    ],
    (kind, id, node) => ({ kind, place: `node ${id}`, about: aboutNode(node) }),
  );
}
