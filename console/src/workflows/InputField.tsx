import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Field } from "../kit/Field";
import { Icon } from "../kit/Icon";
import { parseJson, toJson } from "../kit/json";
import { pointerTo } from "../kit/problem";
import { useSelect } from "../kit/select";
import type { ContractInput, ContractTag } from "../kit/types";
import { Combo } from "./Combo";
import { isBrought } from "./draft";
import { FileInput } from "./FileInput";
import { type Form, useFaults, useValue } from "./form";
import { drawnSeed, numberFault, parseNumber, rangeOf, sliderOf, stepped } from "./numbers";

const FEW = 8;

interface Props {
  form: Form;
  tag: ContractTag;
  input: ContractInput;
}

/** One input of the contract: a control that fits its type, what is wrong with it, and the way back to the saved value. */
export function InputField({ form, tag, input }: Props) {
  const [value, setValue] = useValue(form, tag, input);
  const told = useFaults(form, pointerTo(tag.name, input.name));
  const isHere = useSelect(form.draft, (d) => isBrought(d, tag, input));
  if (!isHere && value === undefined) {
    return null;
  }

  const isSet = value !== undefined;
  const plain = isSet ? localFault(value, input) : null;
  const faults = [
    ...(isHere ? [] : [`Only where ${input.ofChoice?.input} is ${input.ofChoice?.values.join(" or ")}.`]),
    ...(told.length > 0 ? told : plain === null ? [] : [plain]),
  ];
  const kind = input.type === "FILE" ? "file" : input.multiline === true || isOpen(input) ? "long" : "short";
  return (
    <div class={`input ${kind}${isSet ? " is-set" : ""}`}>
      <Field
        label={input.name}
        hint={hintOf(input)}
        faults={faults}
        aside={
          <span class="input-aside">
            {!isSet && rangeText(input) !== "" && <span class="range">{rangeText(input)}</span>}
            {input.required === true && !isSet && <span class="needed">needed</span>}
            {isSet && (
              <button
                type="button"
                class="quiet reset"
                title={defaultText(input)}
                aria-label={`Reset ${tag.name} ${input.name}`}
                onClick={() => setValue(undefined)}
              >
                reset
              </button>
            )}
          </span>
        }
      >
        {(control) => draw(control, { form, tag, input }, value, setValue)}
      </Field>
    </div>
  );
}

const isOpen = (input: ContractInput): boolean => !["INT", "FLOAT", "STRING", "BOOLEAN", "ENUM", "FILE"].includes(input.type);

function localFault(value: unknown, input: ContractInput): string | null {
  return input.type === "INT" || input.type === "FLOAT" ? numberFault(value, input) : null;
}

const hintOf = (input: ContractInput): ComponentChildren => input.tooltip || undefined;

/** The range of a number, where neither a slider shows it nor nobody would read it. */
const rangeText = (input: ContractInput): string =>
  (input.type === "INT" || input.type === "FLOAT") && input.seed !== true && sliderOf(input) === null ? rangeOf(input) : "";

const textOf = (value: unknown): string => (typeof value === "string" ? value : value === undefined ? "" : toJson(value));

const defaultText = (input: ContractInput): string =>
  input.default === undefined ? "Back to what the workflow has" : `Back to ${textOf(input.default).slice(0, 80)}`;

interface ControlProps {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
}

function draw(control: ControlProps, props: Props, value: unknown, setValue: (value: unknown) => void) {
  const { input } = props;
  const own = { control, input, value, setValue };
  switch (input.type) {
    case "INT":
    case "FLOAT":
      return input.seed === true ? <SeedControl {...own} /> : <NumberControl {...own} />;
    case "BOOLEAN":
      return (
        <label class="toggle">
          <input
            type="checkbox"
            role="switch"
            {...control}
            checked={(value ?? input.default) === true}
            onChange={(e) => setValue(e.currentTarget.checked)}
          />
          <span aria-hidden="true">{(value ?? input.default) === true ? "on" : "off"}</span>
        </label>
      );
    case "ENUM":
      return <ChoiceControl {...own} />;
    case "FILE":
      return <FileInput {...props} control={control} value={value} setValue={setValue} />;
    case "STRING":
      return input.multiline === true ? (
        <textarea rows={3} {...control} value={textOf(value ?? input.default)} onInput={(e) => setValue(e.currentTarget.value)} />
      ) : (
        <input type="text" {...control} value={textOf(value ?? input.default)} onInput={(e) => setValue(e.currentTarget.value)} />
      );
    default:
      return <JsonControl {...own} />;
  }
}

interface OwnProps {
  control: ControlProps;
  input: ContractInput;
  value: unknown;
  setValue: (value: unknown) => void;
}

/** A number as text: every digit is kept. Arrows step, with shift by ten. */
function NumberText({ control, input, value, setValue, placeholder }: OwnProps & { placeholder?: string }) {
  const shown = value ?? (placeholder === undefined ? input.default : undefined);
  const [typed, type] = useState(textOf(shown));
  useEffect(() => {
    // What is being typed stays as it is typed: 1.50 is 1.5, and an emptied field is about to be filled.
    if (!(typed.trim() === "" && value === undefined) && textOf(parseNumber(typed, input.type) ?? typed) !== textOf(shown)) {
      type(textOf(shown));
    }
  }, [shown]);
  const say = (text: string): void => {
    type(text);
    setValue(text.trim() === "" ? undefined : (parseNumber(text, input.type) ?? text));
  };
  return (
    <input
      type="text"
      inputMode={input.type === "INT" && (input.min ?? -1) >= 0 ? "numeric" : "decimal"}
      class="digits"
      autoComplete="off"
      {...control}
      value={typed}
      placeholder={placeholder ?? ""}
      onInput={(e) => say(e.currentTarget.value)}
      onBlur={() => type(textOf(shown))}
      onKeyDown={(e) => {
        const step = e.key === "ArrowUp" ? 1 : e.key === "ArrowDown" ? -1 : 0;
        const from = typeof shown === "number" || typeof shown === "bigint" ? shown : undefined;
        if (step !== 0 && from !== undefined) {
          e.preventDefault();
          setValue(stepped(from, step * (e.shiftKey ? 10 : 1), input));
        }
      }}
    />
  );
}

function NumberControl(props: OwnProps) {
  const { input, value, setValue } = props;
  const slider = sliderOf(input);
  const shown = value ?? input.default;
  return slider === null ? (
    <NumberText {...props} />
  ) : (
    <div class="slider">
      <input
        type="range"
        aria-label={`${input.name} slider`}
        {...slider}
        value={typeof shown === "number" ? shown : slider.min}
        onInput={(e) => setValue(e.currentTarget.valueAsNumber)}
      />
      <NumberText {...props} />
    </div>
  );
}

/** A seed: drawn for each run unless it is set. */
function SeedControl(props: OwnProps) {
  const { input, value, setValue } = props;
  const word = value === "saved" || value === "random" ? value : null;
  const isDrawn = value === undefined || word === "random";
  return (
    <div class="seed">
      <NumberText
        {...props}
        value={word === null ? value : undefined}
        placeholder={word === "saved" ? `as saved: ${textOf(input.default)}` : "drawn for each run"}
      />
      <button
        type="button"
        class="icon-only"
        aria-label={`Throw dice for ${input.name}`}
        title="Throw the dice: a number that stays"
        onClick={() => setValue(drawnSeed())}
      >
        <Icon name="dice" />
      </button>
      <button type="button" aria-pressed={isDrawn} title="Each run draws one" onClick={() => setValue(undefined)}>
        draw
      </button>
      <button type="button" aria-pressed={word === "saved"} title={`As saved: ${textOf(input.default)}`} onClick={() => setValue("saved")}>
        saved
      </button>
    </div>
  );
}

function ChoiceControl({ control, input, value, setValue }: OwnProps) {
  const options = input.options ?? [];
  const shown = value ?? input.default;
  const texts = options.map(textOf);
  const choose = (text: string): void => setValue(options[texts.indexOf(text)] ?? text);
  if (options.length > FEW) {
    return <Combo control={control} options={texts} value={textOf(shown)} onValue={choose} />;
  }

  return (
    <select {...control} value={textOf(shown)} onChange={(e) => choose(e.currentTarget.value)}>
      {!texts.includes(textOf(shown)) && <option value={textOf(shown)}>{textOf(shown)}</option>}
      {texts.map((t) => (
        <option key={t} value={t}>
          {t}
        </option>
      ))}
    </select>
  );
}

/** Any JSON: what an input takes whose type no control has. */
function JsonControl({ control, input, value, setValue }: OwnProps) {
  const shown = value ?? input.default;
  const [typed, type] = useState(shown === undefined ? "" : toJson(shown, 2));
  const [isBad, setBad] = useState(false);
  useEffect(() => {
    if (value === undefined) {
      type(input.default === undefined ? "" : toJson(input.default, 2));
      setBad(false);
    }
  }, [value === undefined]);
  return (
    <>
      <textarea
        rows={3}
        class="mono"
        spellcheck={false}
        {...control}
        value={typed}
        onInput={(e) => {
          const text = e.currentTarget.value;
          type(text);
          try {
            setValue(text.trim() === "" ? undefined : parseJson(text));
            setBad(false);
          } catch {
            setBad(true);
          }
        }}
      />
      {isBad && <p class="hint">Not JSON yet: the value before stays.</p>}
    </>
  );
}
