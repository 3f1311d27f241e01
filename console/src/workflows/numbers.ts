import type { ContractInput } from "../kit/types";

/** Numbers of the form: whole ones are exact up to 2^64, where a number of JavaScript would round. */

export type Num = number | bigint;

const compact = (big: bigint): Num => (big >= BigInt(Number.MIN_SAFE_INTEGER) && big <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(big) : big);

/** What a text says, or null where it is no number of this type. */
export function parseNumber(text: string, type: string): Num | null {
  const said = text.trim().replace(",", ".");
  if (/^[+-]?\d+$/.test(said)) {
    return compact(BigInt(said.replace("+", "")));
  }

  const value = type === "INT" || said === "" ? Number.NaN : Number(said);
  return Number.isFinite(value) ? value : null;
}

/** What is plainly wrong with a value; the server has the last word. */
export function numberFault(value: unknown, input: ContractInput): string | null {
  if (typeof value !== "number" && typeof value !== "bigint") {
    return input.seed === true && (value === "random" || value === "saved") ? null : input.type === "INT" ? "A whole number is expected." : "A number is expected.";
  }

  return input.min !== undefined && value < input.min
    ? `${input.min} is the least.`
    : input.max !== undefined && value > input.max
      ? `${input.max} is the most.`
      : null;
}

/** One step up or down, within the range, without the dust of binary fractions. */
export function stepped(value: Num, steps: number, input: ContractInput): Num {
  if (typeof value === "bigint" || (input.type === "INT" && typeof input.max === "bigint")) {
    return clamp(compact(BigInt(value) + BigInt(steps) * BigInt(Math.max(1, Math.round(input.step ?? 1)))), input);
  }

  const step = input.step ?? (input.type === "INT" ? 1 : 0.1);
  return clamp(rounded(value + steps * step, step), input);
}

/** On as many decimals as the step has. */
export const rounded = (value: number, step: number): number => Number(value.toFixed(Math.min(12, decimals(step) + 2)));

const decimals = (step: number): number => /e-(\d+)$/.exec(String(step))?.[1]?.length ?? String(step).split(".")[1]?.length ?? 0;

function clamp(value: Num, { min, max }: ContractInput): Num {
  return min !== undefined && value < min ? min : max !== undefined && value > max ? max : value;
}

const MOST_STEPS = 1000;

/** The range of a slider, where it is small enough to be one. */
export function sliderOf({ type, min, max, step }: ContractInput): { min: number; max: number; step: number } | null {
  const by = step ?? (type === "INT" ? 1 : 0.01);
  return typeof min === "number" && typeof max === "number" && max > min && (max - min) / by <= MOST_STEPS ? { min, max, step: by } : null;
}

/** 1 … 100, ≥ 0; nothing where there is no range, or one that nobody would read. */
export function rangeOf({ min, max }: ContractInput): string {
  const isNamed = (n: Num | undefined): n is Num => n !== undefined && n > -1e15 && n < 1e15;
  return isNamed(min) && isNamed(max) ? `${min} … ${max}` : isNamed(min) ? `≥ ${min}` : isNamed(max) ? `≤ ${max}` : "";
}

/** A seed that every client can send back: below 2^53. */
export function drawnSeed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0x1fffff) * 2 ** 32 + low;
}
