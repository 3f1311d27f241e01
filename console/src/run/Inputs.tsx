import { Icon } from "../kit/Icon";
import { toJson } from "../kit/json";
import { Panel } from "../kit/Page";
import { CopyButton } from "../kit/Code";
import { bytes } from "../kit/text";
import type { Run, Values } from "../kit/types";

interface FileValue {
  type: "file";
  name?: string;
  url?: string;
  contentType?: string;
  bytes?: number;
}

const isFile = (value: unknown): value is FileValue => typeof value === "object" && value !== null && (value as FileValue).type === "file";

/** What the run was called with, the seeds that it used, and its metadata. */
export function Inputs({ run }: { run: Run }) {
  const inputs = Object.entries(run.inputs ?? {});
  const seeds = run.seeds ?? [];
  const wrong = run.error?.node?.tag;
  return (
    <Panel title="Called with" actions={inputs.length > 0 && <CopyButton text={toJson(run.inputs, 2)} label="Copy as JSON" />}>
      {inputs.length === 0 && <p class="muted">No values: the workflow’s own were used.</p>}
      {inputs.map(([tag, values]) => (
        <div class={`input-tag${tag === wrong ? " is-wrong" : ""}`} key={tag}>
          <h3>
            {tag}
            {tag === wrong && (
              <span class="wrong-mark">
                <Icon name="cross" />
                failed here
              </span>
            )}
          </h3>
          {typeof values === "boolean" ? (
            <p class="muted">{values ? "in use" : "bypassed"}</p>
          ) : (
            <dl class="values">
              {Object.entries(values).map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>
                    <Value value={value} />
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      ))}
      {run.inputsCut === true && <p class="muted">Long texts are cut.</p>}
      {seeds.length > 0 && (
        <div class="input-tag">
          <h3>Seeds</h3>
          <dl class="values">
            {seeds.map((s) => (
              <div key={`${s.node}/${s.input}`}>
                <dt>
                  {s.tag ?? `node ${s.node}`} <span class="muted">{s.input}</span>
                </dt>
                <dd class="number">
                  {String(s.value)} <span class="muted">{s.origin}</span>
                </dd>
              </div>
            ))}
          </dl>
        </div>
      )}
      {run.metadata !== undefined && run.metadata !== null && (
        <div class="input-tag">
          <h3>Metadata</h3>
          <dl class="values">
            {Object.entries(run.metadata).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  {typeof value === "object" ? (
                    <Value value={value} />
                  ) : (
                    <a href={`runs?metadata=${encodeURIComponent(`${name}=${String(value)}`)}`} title="Runs with the same">
                      {String(value)}
                    </a>
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </div>
      )}
    </Panel>
  );
}

function Value({ value }: { value: unknown }) {
  if (Array.isArray(value) && value.some(isFile)) {
    return (
      <>
        {value.map((v, i) => (
          <div key={i}>
            <Value value={v} />
          </div>
        ))}
      </>
    );
  }

  if (isFile(value)) {
    return (
      <span class="file-value">
        <Icon name="file" />
        {value.name ?? value.url ?? "file"}
        <span class="muted">{[value.contentType, value.bytes === undefined ? "" : bytes(value.bytes)].filter(Boolean).join(", ")}</span>
      </span>
    );
  }

  return typeof value === "string" ? <span class="text-value">{value}</span> : <code>{toJson(value as Values)}</code>;
}
