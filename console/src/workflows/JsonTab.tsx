import { useState } from "preact/hooks";
import { TextArea } from "../kit/Field";
import { parseJson, toJson } from "../kit/json";
import { useStore } from "../kit/store";
import { bodyOf, type Draft, isRecord, readBody } from "./draft";
import type { Form } from "./form";

/** The call's body as JSON, in step with the form: each change of one is a change of the other. */
export function JsonTab({ form }: { form: Form }) {
  const draft = useStore(form.draft);
  const [typed, type] = useState<{ text: string; of: Draft | null; fault: string | null } | null>(null);

  // What was typed stands as long as the form says the same, or while it is no JSON.
  const isTyped = typed !== null && (typed.of === draft || typed.fault !== null);
  const say = (text: string): void => {
    try {
      const body = parseJson(text.trim() === "" ? "{}" : text);
      if (!isRecord(body)) {
        throw new SyntaxError("A call is an object of tags.");
      }

      const next = readBody(body, form.workflow.contract, draft);
      form.faults.set(new Map());
      type({ text, of: next, fault: null });
      form.draft.set(next);
    } catch (error) {
      type({ text, of: null, fault: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <TextArea
      label="Body of the call"
      hint="Only what differs from the saved workflow has to be in it. A tag that is false is bypassed."
      class="mono body-text"
      rows={16}
      spellcheck={false}
      value={isTyped ? typed.text : toJson(bodyOf(draft), 2)}
      faults={isTyped && typed.fault !== null ? [typed.fault] : []}
      onValue={say}
    />
  );
}
