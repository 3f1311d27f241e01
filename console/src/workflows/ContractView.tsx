import { Icon } from "../kit/Icon";
import { toJson } from "../kit/json";
import { iconOf } from "../kit/media";
import type { ContractInput, ContractTag, Workflow } from "../kit/types";
import { rangeOf } from "./numbers";

const short = (value: unknown): string => {
  const text = typeof value === "string" ? value : (toJson(value) ?? "");
  return text.length > 70 ? `${text.slice(0, 70)}…` : text;
};

const typeOf = (i: ContractInput): string =>
  i.type === "FILE" ? `file (${i.upload ?? "any"})` : i.type === "ENUM" ? `one of ${i.options?.length ?? 0}` : i.seed === true ? "seed" : `${i.type.toLowerCase()} ${rangeOf(i)}`;

interface Row {
  tag: ContractTag;
  input: ContractInput | null;
  isFirst: boolean;
}

/** A contract to read: tags with their inputs, and the outputs. */
export function ContractView({ contract }: { contract: Workflow["contract"] }) {
  const rows = contract.tags.flatMap((tag): Row[] => (tag.inputs.length > 0 ? tag.inputs.map((input, i) => ({ tag, input, isFirst: i === 0 })) : [{ tag, input: null, isFirst: true }]));
  return (
    <div class="scrolls contract">
      <table>
        <thead>
          <tr>
            <th>Tag</th>
            <th>Input</th>
            <th>Type</th>
            <th>As saved</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ tag, input, isFirst }) => (
            <tr key={`${tag.name}\n${input?.name}`} class={isFirst ? "is-first" : ""}>
              <td>
                {isFirst && (
                  <>
                    <b>{tag.name}</b> <span class="muted">{[...new Set(tag.nodes.map((n) => n.class))].join(", ")}</span>
                  </>
                )}
              </td>
              <td>{input?.name ?? <span class="muted">{tag.canBypass ? "can be bypassed" : "–"}</span>}</td>
              <td class="muted">{input !== null && typeOf(input)}</td>
              <td class="muted">{input?.required === true ? "a call brings it" : input?.default !== undefined && short(input.default)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="outputs">
        {contract.outputs.length === 0 ? (
          <span class="muted">No output is named by a tag.</span>
        ) : (
          contract.outputs.map((o) => (
            <span key={o.tag} class="output-name">
              <Icon name={iconOf[o.kind] ?? "file"} /> {o.tag} <span class="muted">{o.kind}</span>
            </span>
          ))
        )}
      </p>
    </div>
  );
}
