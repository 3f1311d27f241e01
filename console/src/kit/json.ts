/** JSON that keeps whole numbers beyond 2^53 as they are: seeds go to 2^64, and a number of JavaScript would round them. */

interface Source {
  source?: string;
}

type Reviver = (this: unknown, key: string, value: unknown, context?: Source) => unknown;

const raw = (JSON as { rawJSON?: (text: string) => unknown }).rawJSON;

export function parseJson(text: string): unknown {
  const revive: Reviver = (_, value, context) =>
    typeof value === "number" && !Number.isSafeInteger(value) && context?.source !== undefined && /^-?\d+$/.test(context.source)
      ? BigInt(context.source)
      : value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? (raw?.(v.toString()) ?? Number(v)) : v), indent);
}
