/** One of a few, side by side: which is chosen can be seen and heard. */
export function Choice<T extends string>(props: { label: string; options: readonly { value: T; text: string }[]; chosen: T; onChoose: (value: T) => void }) {
  const { label, options, chosen, onChoose } = props;
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((o) => (
        <button key={o.value} type="button" aria-pressed={o.value === chosen} onClick={() => onChoose(o.value)}>
          {o.text}
        </button>
      ))}
    </div>
  );
}
