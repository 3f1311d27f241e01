import { SelectField, TextField } from "../kit/Field";
import { useSelect } from "../kit/select";
import { setOption } from "./draft";
import { type Form, useFaults } from "./form";

/** An option of a call: its name in the query, and what it is for. */
interface Option {
  name: string;
  label: string;
  hint?: string;
  choices?: string[];
  placeholder?: string;
  isNumber?: boolean;
}

const OPTIONS: Option[] = [
  { name: "priority", label: "Priority", hint: "−100 … 100; higher goes first", isNumber: true, placeholder: "0" },
  { name: "startWithin", label: "Start within", hint: "seconds; then it expires", isNumber: true },
  { name: "finishWithin", label: "Finish within", hint: "seconds; then it fails", isNumber: true },
  { name: "label", label: "Only on hosts with", hint: "key:value, several with commas", placeholder: "zone:eu" },
  { name: "minVramGb", label: "GPU memory at least", hint: "GB", isNumber: true },
  { name: "webhook", label: "Webhook", hint: "is told when the run has ended", placeholder: "https://" },
  { name: "webhookEvents", label: "Events of the webhook", hint: "the ends of the run unless told" },
  { name: "format", label: "Format of images", choices: ["png", "jpeg", "webp"] },
  { name: "quality", label: "Quality", hint: "of JPEG and WebP, 1 … 100", isNumber: true, placeholder: "85" },
  { name: "width", label: "Width at most", isNumber: true },
  { name: "height", label: "Height at most", isNumber: true },
  { name: "strip", label: "Take out", hint: "the prompt that ComfyUI writes into files", choices: ["metadata"] },
  { name: "metadata", label: "Metadata", hint: "a JSON object that stays with the run", placeholder: '{"order":17}' },
  { name: "wait", label: "Wait", hint: "seconds; of the code only, this page follows the run", isNumber: true, placeholder: "60" },
];

/** What batches do not take. */
const OF_RUNS = new Set(["format", "quality", "width", "height", "strip", "wait"]);

/** Options as the query has them. */
export function queryOf(options: Record<string, string>, { isBatch = false } = {}): Record<string, string | string[]> {
  const said: Record<string, string | string[]> = {};
  for (const { name } of OPTIONS) {
    const value = options[name]?.trim();
    if (value && name !== "wait" && !(isBatch && OF_RUNS.has(name))) {
      said[name] = name === "label" ? value.split(",").map((l) => l.trim()) : value;
    }
  }

  return said;
}

/** What an ended run is asked with, so that its images come as wanted. */
export const formatOf = (options: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(options).filter(([name]) => ["format", "quality", "width", "height", "strip"].includes(name)));

/** The options of the call, behind a disclosure that says how many are set. */
export function Options({ form, isBatch = false }: { form: Form; isBatch?: boolean }) {
  const options = useSelect(form.draft, (d) => d.options);
  const shown = OPTIONS.filter((o) => !(isBatch && OF_RUNS.has(o.name)));
  const set = shown.filter((o) => options[o.name] !== undefined).length;
  return (
    <details class="options">
      <summary>Options of the call{set > 0 ? ` (${set} set)` : ""}</summary>
      <div class="group-inputs">
        {shown.map((o) => (
          <div key={o.name} class={`input short${options[o.name] === undefined ? "" : " is-set"}`}>
            <OptionField form={form} option={o} value={options[o.name] ?? ""} />
          </div>
        ))}
      </div>
    </details>
  );
}

function OptionField({ form, option, value }: { form: Form; option: Option; value: string }) {
  const faults = useFaults(form, `/${option.name}`);
  const say = (text: string): void => form.draft.set(setOption(form.draft.value, option.name, text));
  const { label, hint, choices, placeholder, isNumber } = option;
  return choices !== undefined ? (
    <SelectField label={label} hint={hint} faults={faults} value={value} onValue={say} options={[{ value: "", text: "as it is" }, ...choices]} />
  ) : (
    <TextField
      label={label}
      hint={hint}
      faults={faults}
      value={value}
      onValue={say}
      spellcheck={false}
      {...(placeholder !== undefined && { placeholder })}
      {...(isNumber === true && { inputMode: "decimal" as const })}
    />
  );
}
