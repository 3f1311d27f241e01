import { path } from "../kit/call";
import { Code } from "../kit/Code";
import { CodeTabs } from "../kit/CodeTabs";
import { toJson } from "../kit/json";
import { Panel } from "../kit/Page";
import { curlOf, pythonOf, runSnippets } from "../kit/snippets";
import type { Run, Values } from "../kit/types";

/** The call's values, with the seeds that were drawn where the caller may give them: it makes the same again. */
export function valuesOf(run: Run): Values {
  const values: Values = structuredClone(run.inputs ?? {});
  for (const { tag, input, value, origin } of run.seeds ?? []) {
    const of = tag === undefined ? undefined : (values[tag] ?? {});
    if (tag !== undefined && origin === "drawn" && typeof of === "object") {
      values[tag] = { ...of, [input]: value };
    }
  }

  return run.metadata ? { ...values, metadata: run.metadata } : values;
}

/** The same call as code, and the run as the API shows it. */
export function RunCode({ run }: { run: Run }) {
  const read = { method: "GET" as const, path: path`runs/${run.id}` };
  return (
    <Panel title="As code">
      <CodeTabs snippets={runSnippets({ workflow: run.workflow, version: run.version, values: valuesOf(run) })} />
      <details>
        <summary>Read this run</summary>
        <div class="form">
          <Code text={curlOf(read)} label="curl that reads this run" />
          <Code text={pythonOf(read)} label="Python that reads this run" />
        </div>
      </details>
      <details>
        <summary>The run as JSON</summary>
        <Code text={toJson(run, 2)} label="The run as JSON" />
      </details>
    </Panel>
  );
}
