import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** What a control needs to belong to its label, its hint and its faults. */
export interface Control {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
}

interface Common {
  label: string;
  hint?: ComponentChildren;

  /** What is wrong with the value, as the server says it. */
  faults?: string[];

  /** The label is for screen readers only: what the control is can be seen. */
  isLabelHidden?: boolean;
}

/** A labelled control; `children` draws the control with what it is given. */
export function Field(props: Common & { children: (control: Control) => ComponentChildren; aside?: ComponentChildren }) {
  const { label, hint, faults = [], isLabelHidden = false, children, aside } = props;
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, faults.length > 0 && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div class={`field${faults.length > 0 ? " is-wrong" : ""}`}>
      <div class={isLabelHidden ? "hidden" : "field-head"}>
        <label for={id}>{label}</label>
        {aside}
      </div>
      {children({
        id,
        ...(described !== "" && { "aria-describedby": described }),
        ...(faults.length > 0 && { "aria-invalid": true }),
      })}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {faults.length > 0 && (
        <ul class="faults" id={`${id}-fault`}>
          {faults.map((f) => (
            <li key={f}>{f}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What a control may be told besides. */
interface More {
  name?: string;
  class?: string;
  placeholder?: string;
  disabled?: boolean;
  required?: boolean;
  autoFocus?: boolean;
  autoComplete?: string;
  spellcheck?: boolean;
  onKeyDown?: (event: KeyboardEvent) => void;
}

interface MoreOfInput extends More {
  type?: "text" | "search" | "password" | "number" | "url" | "date" | "datetime-local";
  inputMode?: "text" | "numeric" | "decimal" | "search" | "url";
  list?: string;
  min?: string | number;
  max?: string | number;
  step?: string | number;
}

export function TextField(props: Common & { value: string; onValue: (value: string) => void; aside?: ComponentChildren } & MoreOfInput) {
  const { label, hint, faults, isLabelHidden, value, onValue, aside, ...rest } = props;
  return (
    <Field {...{ label, hint, faults, isLabelHidden, aside }}>
      {(control) => (
        <input {...({ type: "text", ...rest } as object)} {...control} value={value} onInput={(e) => onValue(e.currentTarget.value)} />
      )}
    </Field>
  );
}

export function TextArea(
  props: Common & { value: string; onValue: (value: string) => void; aside?: ComponentChildren; rows?: number } & More,
) {
  const { label, hint, faults, isLabelHidden, value, onValue, aside, ...rest } = props;
  return (
    <Field {...{ label, hint, faults, isLabelHidden, aside }}>
      {(control) => <textarea rows={4} {...rest} {...control} value={value} onInput={(e) => onValue(e.currentTarget.value)} />}
    </Field>
  );
}

export function SelectField(
  props: Common & { value: string; onValue: (value: string) => void; options: (string | { value: string; text: string })[] } & More,
) {
  const { label, hint, faults, isLabelHidden, value, onValue, options, ...rest } = props;
  return (
    <Field {...{ label, hint, faults, isLabelHidden }}>
      {(control) => (
        <select {...rest} {...control} value={value} onChange={(e) => onValue(e.currentTarget.value)}>
          {options
            .map((o) => (typeof o === "string" ? { value: o, text: o } : o))
            .map((o) => (
              <option key={o.value} value={o.value}>
                {o.text}
              </option>
            ))}
        </select>
      )}
    </Field>
  );
}

/** A switch with its label behind it. */
export function CheckField(props: { label: string; checked: boolean; onChecked: (checked: boolean) => void; disabled?: boolean }) {
  const { label, checked, onChecked, disabled = false } = props;
  return (
    <label class="check">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(e) => onChecked(e.currentTarget.checked)} />
      {label}
    </label>
  );
}
