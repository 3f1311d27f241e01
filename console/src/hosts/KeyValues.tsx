import { useId } from "preact/hooks";
import { Icon } from "../kit/Icon";

/** One name and its value, in a list that is edited; `id` stays while both change. */
export interface Pair {
  id: number;
  name: string;
  value: string;
}

let last = 0;

export const pairOf = (name = "", value = ""): Pair => ({ id: ++last, name, value });

/** The pairs that have a name, as an object. */
export const valuesOf = (pairs: Pair[]): Record<string, string> =>
  Object.fromEntries(pairs.filter((p) => p.name.trim() !== "").map((p) => [p.name.trim(), p.value]));

interface KeyValuesProps {
  legend: string;
  hint: string;
  pairs: Pair[];
  onPairs: (pairs: Pair[]) => void;

  /** What one of them is called, such as "label". */
  one: string;
  isSecret?: boolean;
  faultsOf: (name: string) => string[];
  faults: string[];
}

/** Names and values that a person adds, changes and takes away. */
export function KeyValues({ legend, hint, pairs, onPairs, one, isSecret = false, faultsOf, faults }: KeyValuesProps) {
  const id = useId();
  const change = (pair: Pair, to: Partial<Pair>): void => onPairs(pairs.map((p) => (p.id === pair.id ? { ...p, ...to } : p)));
  return (
    <fieldset class="pairs" aria-describedby={`${id}-hint`}>
      <legend>{legend}</legend>
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
      {pairs.map((p, i) => {
        const wrong = faultsOf(p.name.trim());
        const described = wrong.length > 0 ? { "aria-invalid": true, "aria-describedby": `${id}-${p.id}` } : {};
        return (
          <div key={p.id} class="pair">
            <input aria-label={`Name of ${one} ${i + 1}`} placeholder="name" value={p.name} spellcheck={false} onInput={(e) => change(p, { name: e.currentTarget.value })} />
            <input
              {...described}
              {...({ type: isSecret ? "password" : "text" } as object)}
              autoComplete="off"
              aria-label={`Value of ${one} ${p.name || i + 1}`}
              placeholder="value"
              value={p.value}
              spellcheck={false}
              onInput={(e) => change(p, { value: e.currentTarget.value })}
            />
            <button
              type="button"
              class="quiet icon-only"
              aria-label={`Take away ${one} ${p.name || i + 1}`}
              onClick={() => onPairs(pairs.filter((other) => other.id !== p.id))}
            >
              <Icon name="cross" />
            </button>
            {wrong.length > 0 && (
              <p class="faults" id={`${id}-${p.id}`}>
                {wrong.join(" ")}
              </p>
            )}
          </div>
        );
      })}
      {faults.length > 0 && <p class="faults">{faults.join(" ")}</p>}
      <button type="button" class="quiet" onClick={() => onPairs([...pairs, pairOf()])}>
        <Icon name="plus" />
        Add a {one}
      </button>
    </fieldset>
  );
}
