import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Control } from "../kit/Field";

const SHOWN = 100;

/** A choice among many, found by typing a part of it. What is typed and is no choice is taken back. */
export function Combo(props: { control: Control; options: readonly string[]; value: string; onValue: (value: string) => void; placeholder?: string }) {
  const { control, options, value, onValue, placeholder } = props;
  const [typed, type] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const parts = (typed ?? "").toLowerCase().split(/\s+/);
  const found = typed === null ? [] : options.filter((o) => parts.every((p) => o.toLowerCase().includes(p)));
  const shown = found.slice(0, SHOWN);

  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at, typed === null]);

  // A list that would reach below the window opens above its field.
  useLayoutEffect(() => {
    const box = list.current;
    const field = box?.parentElement?.getBoundingClientRect();
    if (box && field) {
      box.classList.toggle("is-above", field.bottom + box.offsetHeight > innerHeight && field.top > box.offsetHeight);
    }
  }, [typed !== null, shown.length]);

  const open = (): void => {
    type("");
    setAt(Math.max(0, options.indexOf(value)));
  };
  const choose = (option: string | undefined): void => {
    if (option !== undefined && option !== value) {
      onValue(option);
    }

    type(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (typed === null) {
        open();
      } else {
        setAt((a) => Math.min(shown.length - 1, Math.max(0, a + (event.key === "ArrowDown" ? 1 : -1))));
      }
    } else if (event.key === "Enter" && typed !== null && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      choose(shown[at]);
    } else if (event.key === "Escape" && typed !== null) {
      event.preventDefault();
      event.stopPropagation();
      type(null);
    }
  };

  return (
    <div class="combo">
      <input
        {...control}
        type="text"
        role="combobox"
        autoComplete="off"
        spellcheck={false}
        aria-expanded={typed !== null}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(typed !== null && shown.length > 0 && { "aria-activedescendant": `${id}-${at}` })}
        value={typed === null || typed === "" ? value : typed}
        placeholder={placeholder ?? ""}
        onFocus={(e) => e.currentTarget.select()}
        onClick={(e) => {
          if (typed === null) {
            open();
            e.currentTarget.select();
          }
        }}
        onInput={(e) => {
          type(e.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => type(null)}
      />
      <ul ref={list} id={`${id}-list`} role="listbox" aria-label="Choices" hidden={typed === null} onMouseDown={(e) => e.preventDefault()}>
        {shown.map((option, i) => (
          <li key={option} id={`${id}-${i}`} role="option" aria-selected={i === at} class={option === value ? "is-chosen" : ""} onClick={() => choose(option)}>
            {option}
          </li>
        ))}
        {typed !== null && shown.length < found.length && (
          <li role="presentation" class="muted">
            and {found.length - shown.length} more: type a part of the name
          </li>
        )}
        {typed !== null && shown.length === 0 && (
          <li role="presentation" class="muted">
            No choice has “{typed}” in it.
          </li>
        )}
      </ul>
    </div>
  );
}
