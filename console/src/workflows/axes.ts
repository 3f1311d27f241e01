import { parseJson, toJson } from "../kit/json";
import type { ContractInput, Values, Workflow } from "../kit/types";
import { isRecord } from "./draft";
import { type Num, parseNumber, rounded } from "./numbers";

/** What a batch sweeps: the values of one input. Texts and numbers are kept as they were typed. */
export interface Axis {
  tag: string;
  input: string;
  text: string;
  values: readonly unknown[];
}

/** A batch that is being made. */
export interface Plan {
  kind: "matrix" | "list";
  axes: readonly Axis[];
  lines: string;
}

export const EMPTY_PLAN: Plan = { kind: "matrix", axes: [], lines: "" };

/** What the server takes at most. */
export const MOST = 1000;

const RANGE = /^(-?[\d.]+)\s*(?:\.\.|…)\s*(-?[\d.]+)(?:\s*(?:by|step|\/)\s*([\d.]+))?$/;

/** Numbers with commas or one a line, and ranges: 1..10, 0.5..1 by 0.1. */
export function numbersOf(text: string, input: ContractInput): { values: Num[]; fault: string | null } {
  const values: Num[] = [];
  for (const part of text.split(/[,;\n]+/).map((p) => p.trim()).filter((p) => p !== "")) {
    const [, from, till, by] = RANGE.exec(part) ?? [];
    const one = parseNumber(part, input.type);
    if (from !== undefined && till !== undefined) {
      const step = Math.abs(Number(by ?? (input.type === "INT" ? 1 : (input.step ?? 1)))) || 1;
      const steps = Math.floor((Number(till) - Number(from)) / step + 1e-9);
      values.push(...Array.from({ length: Math.max(0, Math.min(MOST, steps + 1)) }, (_, i) => rounded(Number(from) + i * step, step)));
    } else if (one !== null) {
      values.push(one);
    } else {
      return { values, fault: `“${part}” is no ${input.type === "INT" ? "whole number" : "number"}, nor a range such as 1..5.` };
    }
  }

  return { values, fault: null };
}

export const textsOf = (text: string): string[] => text.split("\n").map((l) => l.trim()).filter((l) => l !== "");

export function valuesOf(axis: Axis, input: ContractInput): { values: readonly unknown[]; fault: string | null } {
  switch (input.type) {
    case "INT":
    case "FLOAT":
      return numbersOf(axis.text, input);
    case "STRING":
      return { values: textsOf(axis.text), fault: null };
    case "BOOLEAN":
    case "ENUM":
    case "FILE":
      return { values: axis.values, fault: null };
    default: {
      try {
        return { values: textsOf(axis.text).map(parseJson), fault: null };
      } catch (error) {
        return { values: [], fault: `One JSON value a line. ${error instanceof Error ? error.message : ""}` };
      }
    }
  }
}

/** Where an axis begins: what the input has now. */
export function axisOf(tag: string, input: ContractInput, value: unknown): Axis {
  const text = typeof value === "string" ? value.replaceAll("\n", " ") : value === undefined ? "" : toJson(value);
  return {
    tag,
    input: input.name,
    text: input.type === "ENUM" || input.type === "FILE" || input.type === "BOOLEAN" ? "" : text,
    values: input.type === "BOOLEAN" ? [true, false] : input.type === "ENUM" && value !== undefined ? [value] : [],
  };
}

export const inputOf = (contract: Workflow["contract"], { tag, input }: Axis): ContractInput | undefined =>
  contract.tags.find((t) => t.name === tag)?.inputs.find((i) => i.name === input);

/** The body of a batch that sweeps axes, with the form's values for the rest. */
export function matrixBody(axes: readonly { axis: Axis; values: readonly unknown[] }[], body: Values): Values {
  const matrix: Record<string, Values> = {};
  const input = structuredClone(body);
  for (const { axis, values } of axes) {
    matrix[axis.tag] = { ...matrix[axis.tag], [axis.input]: values };
    const rest = input[axis.tag];
    if (isRecord(rest)) {
      delete rest[axis.input];
      if (Object.keys(rest).length === 0) {
        delete input[axis.tag];
      }
    }
  }

  return Object.keys(input).length > 0 ? { matrix, input } : { matrix };
}

/** Calls as JSON, one a line or in an array; the form's values are put in where a call says nothing. */
export function listBody(lines: string, body: Values): { body: Values; count: number; fault: string | null } {
  const calls: Values[] = [];
  const text = lines.trim();
  try {
    const all = text.startsWith("[") ? (parseJson(text) as unknown[]) : text.split("\n").filter((l) => l.trim() !== "");
    for (const [i, one] of all.entries()) {
      const call = typeof one === "string" ? read(one, i) : one;
      if (!isRecord(call)) {
        throw new SyntaxError(`Call ${i + 1} is no object of tags.`);
      }

      calls.push(merged(body, call));
    }
  } catch (error) {
    return { body: {}, count: calls.length, fault: error instanceof Error ? error.message : String(error) };
  }

  return { body: { inputs: calls }, count: calls.length, fault: null };
}

function read(line: string, i: number): unknown {
  try {
    return parseJson(line);
  } catch (error) {
    throw new SyntaxError(`Line ${i + 1}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function merged(body: Values, call: Values): Values {
  const all = { ...body, ...call };
  for (const [tag, values] of Object.entries(call)) {
    const own = body[tag];
    all[tag] = isRecord(values) && isRecord(own) ? { ...own, ...values } : values;
  }

  return all;
}
