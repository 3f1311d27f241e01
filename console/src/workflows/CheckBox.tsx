import { Icon } from "../kit/Icon";
import { toJson } from "../kit/json";
import { Scrolls } from "../kit/Scrolls";
import { counted } from "../kit/text";
import type { CallExplanation, Workflow } from "../kit/types";
import { HostLines } from "./HostLines";
import { isShownAt } from "./draft";

const short = (value: unknown): string => {
  const text = typeof value === "string" ? value : (toJson(value) ?? "");
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

/** What a call would do: what it changes, which seeds it draws, who could take it. */
export function CheckBox({
  explanation,
  contract,
  onClose,
}: {
  explanation: CallExplanation;
  contract: Workflow["contract"];
  onClose: () => void;
}) {
  const { valid, errors = [], changes = [], bypassed = [], seedsToDraw = [], hosts = [], warnings = [] } = explanation;
  const elsewhere = errors.filter((e) => !isShownAt(contract, e.pointer));
  return (
    <section class={`check-box ${valid ? "good" : "bad"}`} role="status" aria-label="What the call would do">
      <header>
        <Icon name={valid ? "check" : "warning"} />
        <strong>{valid ? "It would run" : `${counted(errors.length, "thing is", "things are")} wrong`}</strong>
        <button type="button" class="quiet icon-only" aria-label="Close" onClick={onClose}>
          <Icon name="cross" />
        </button>
      </header>
      {elsewhere.length > 0 && (
        <ul class="faults">
          {elsewhere.map((e, i) => (
            <li key={i}>
              {e.pointer ? <code>{e.pointer}</code> : null} {e.detail}
            </li>
          ))}
        </ul>
      )}
      {valid && changes.length === 0 && <p class="muted">It changes nothing: the workflow runs as it is saved.</p>}
      {changes.length > 0 && (
        <Scrolls label="Changes to the prompt">
          <table>
            <thead>
              <tr>
                <th>Node</th>
                <th>Input</th>
                <th>From</th>
                <th>To</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((c, i) => (
                <tr key={i}>
                  <td>
                    {c.node} <span class="muted">{c.class}</span>
                  </td>
                  <td>{c.input}</td>
                  <td class="muted">{short(c.from)}</td>
                  <td>{c.files !== undefined && c.to === undefined ? counted(c.files, "file") : short(c.to)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
      {bypassed.length > 0 && <p>Left out: {bypassed.map((b) => (typeof b === "string" ? b : toJson(b))).join(", ")}</p>}
      {seedsToDraw.length > 0 && <p>Seeds drawn: {seedsToDraw.map((s) => `${s.input} of node ${s.node}`).join(", ")}</p>}
      {warnings.map((w, i) => (
        <p key={i} class="muted">
          {w.detail}
        </p>
      ))}
      {hosts.length > 0 && <HostLines hosts={hosts} />}
    </section>
  );
}
