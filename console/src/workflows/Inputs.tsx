import { Icon } from "../kit/Icon";
import { pointerTo } from "../kit/problem";
import { useSelect } from "../kit/select";
import { useStore } from "../kit/store";
import { counted } from "../kit/text";
import type { ContractTag } from "../kit/types";
import { isOff, setOff } from "./draft";
import { clearFaults, type Form, useFaults } from "./form";
import { InputField } from "./InputField";

const MANY = 24;

/** The form: one group a tag. Tags that have nothing to set share one group of switches. */
export function Inputs({ form }: { form: Form }) {
  const filter = useStore(form.filter).trim().toLowerCase();
  const { tags } = form.workflow.contract;
  const total = tags.reduce((n, t) => n + t.inputs.length, 0);
  const shown = tags.filter((t) => t.inputs.length > 0 && matches(t, filter));
  const bare = tags.filter((t) => t.inputs.length === 0 && t.canBypass && t.name.toLowerCase().includes(filter));
  return (
    <div class="inputs">
      {total > MANY && (
        <label class="find">
          <Icon name="search" />
          <input
            type="search"
            aria-label="Find an input"
            placeholder={`Find one of ${counted(total, "input")}`}
            value={form.filter.value}
            onInput={(e) => form.filter.set(e.currentTarget.value)}
          />
        </label>
      )}
      {shown.map((tag) => (
        <Group key={tag.name} form={form} tag={tag} filter={filter} />
      ))}
      {bare.length > 0 && (
        <section class="group bare" aria-label="Nodes that can be bypassed">
          {bare.map((tag) => (
            <Bypass key={tag.name} form={form} tag={tag} hasName />
          ))}
        </section>
      )}
      {shown.length + bare.length === 0 && (
        <p class="muted">
          {filter === "" ? "This workflow lets callers set nothing: it can only be run." : "No input has this in its name."}
        </p>
      )}
    </div>
  );
}

const matches = (tag: ContractTag, filter: string): boolean =>
  filter === "" || tag.name.toLowerCase().includes(filter) || tag.inputs.some((i) => i.name.toLowerCase().includes(filter));

const classesOf = (tag: ContractTag): string => [...new Set(tag.nodes.map((n) => n.class))].join(", ");

function Group({ form, tag, filter }: { form: Form; tag: ContractTag; filter: string }) {
  const isBypassed = useSelect(form.draft, (d) => isOff(d, tag.name));
  const inputs = tag.name.toLowerCase().includes(filter) ? tag.inputs : tag.inputs.filter((i) => i.name.toLowerCase().includes(filter));
  return (
    <section class={`group${isBypassed ? " is-off" : ""}`} aria-label={tag.name}>
      <header>
        <h2>{tag.name}</h2>
        <span class="muted">{classesOf(tag)}</span>
        {tag.canBypass && <Bypass form={form} tag={tag} />}
      </header>
      <TagFaults form={form} tag={tag} />
      {!isBypassed && (
        <div class="group-inputs">
          {inputs.map((input) => (
            <InputField key={input.name} form={form} tag={tag} input={input} />
          ))}
        </div>
      )}
    </section>
  );
}

/** What is wrong with a tag itself, or with something in it that the contract does not have. */
function TagFaults({ form, tag }: { form: Form; tag: ContractTag }) {
  const known = tag.inputs.map((i) => pointerTo(tag.name, i.name));
  const text = useSelect(form.faults, (faults) =>
    [...faults]
      .filter(([p]) => {
        const [own, at] = [pointerTo(tag.name), p];
        return at === own || (at.startsWith(`${own}/`) && !known.some((k) => at === k || at.startsWith(`${k}/`)));
      })
      .flatMap(([, details]) => details)
      .join("\n"),
  );
  return text === "" ? null : (
    <ul class="faults">
      {text.split("\n").map((f) => (
        <li key={f}>{f}</li>
      ))}
    </ul>
  );
}

/** Whether a tag's nodes take part in the run. */
function Bypass({ form, tag, hasName = false }: { form: Form; tag: ContractTag; hasName?: boolean }) {
  const isBypassed = useSelect(form.draft, (d) => isOff(d, tag.name));
  const faults = useFaults(form, pointerTo(tag.name), false);
  return (
    <span class={`bypass${isBypassed ? " is-set" : ""}`}>
      <label class="toggle">
        <input
          type="checkbox"
          role="switch"
          aria-label={`${tag.name} takes part`}
          checked={!isBypassed}
          onChange={(e) => {
            clearFaults(form, pointerTo(tag.name));
            form.draft.set(setOff(form.draft.value, tag.name, !e.currentTarget.checked));
          }}
        />
        {hasName ? (
          <span>
            <b>{tag.name}</b> <span class="muted">{classesOf(tag)}</span>
          </span>
        ) : (
          isBypassed && <span class="muted">bypassed</span>
        )}
        {hasName && isBypassed && <span class="muted">bypassed</span>}
      </label>
      {hasName && faults.length > 0 && <span class="faults">{faults.join(" ")}</span>}
    </span>
  );
}
