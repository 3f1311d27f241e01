import { Action } from "../kit/Action";
import { get } from "../kit/api";
import { AsCurl } from "../kit/AsCurl";
import { path } from "../kit/call";
import { toJson } from "../kit/json";
import { Facts, Panel } from "../kit/Page";
import { Problem } from "../kit/problem";
import { go } from "../kit/router";
import { may } from "../kit/session";
import { duration } from "../kit/time";
import { Ago } from "../kit/Ago";
import { toast } from "../kit/toast";
import type { Workflow } from "../kit/types";
import { Icon } from "../kit/Icon";
import { ContractView } from "./ContractView";
import { saveAs } from "../kit/download";
import { HostLines, HostsBadge } from "./HostLines";
import { Warnings } from "./SaveDialog";

const seconds = (n: number | null | undefined): string | null => (n ? duration(n * 1000) : null);

/** What a workflow is: its contract, who can run it, its settings, what its author should know. */
export function DetailsTab({ workflow }: { workflow: Workflow }) {
  const { name, hosts = [], warnings = [], requires, settings } = workflow;
  return (
    <div class="columns">
      <div class="stack">
        <Panel title="Contract">
          <ContractView contract={workflow.contract} />
        </Panel>
        {warnings.length > 0 && (
          <Panel title="Warnings">
            <Warnings warnings={warnings} />
          </Panel>
        )}
      </div>
      <div class="stack">
        <Panel title="Hosts" actions={<HostsBadge workflow={workflow} unit="can run it" />}>
          {hosts.length === 0 ? <p class="muted">No host is there.</p> : <HostLines hosts={hosts} />}
        </Panel>
        <Panel title="Settings">
          <Facts
            facts={[
              ["Start within", seconds(settings?.startWithin) ?? "as the server says"],
              ["Finish within", seconds(settings?.finishWithin) ?? "as the server says"],
              ["Hidden seeds", settings?.hiddenSeeds ?? "auto"],
              ["Strip metadata", settings?.stripMetadata === true ? "yes: no output has the prompt in it" : "no"],
              [
                "Hosts with",
                Object.entries(requires?.labels ?? {})
                  .map(([k, v]) => `${k}:${v}`)
                  .join(", "),
              ],
              ["GPU memory", requires?.minVramGb ? `${requires.minVramGb} GB at least` : null],
              ["Saved", <Ago at={workflow.createdAt} />],
              ["ETag", workflow.etag && <code>{workflow.etag}</code>],
            ]}
          />
          {may("author") && (
            <p class="hint">
              They are part of a version. To change them, drop a file on this page that has them beside the prompt, and save it:{" "}
              <code>{'{"prompt": …, "settings": {"startWithin": 60}, "requires": {"minVramGb": 24}}'}</code>
            </p>
          )}
        </Panel>
        {may("author") && (
          <Panel title="Files">
            <div class="actions">
              {(["graph", "prompt"] as const).map((what) => (
                <span key={what} class="action">
                  <button type="button" onClick={() => void download(name, what)}>
                    <Icon name="download" />
                    {words[what]}
                  </button>
                  <AsCurl what={words[what]} calls={{ method: "GET", path: path`workflows/${name}`, query: { include: what } }} />
                </span>
              ))}
              <Action
                label="Delete"
                icon="trash"
                kind="danger"
                call={{ method: "DELETE", path: path`workflows/${name}` }}
                confirm={{
                  title: `Delete ${name}?`,
                  text: "It takes no new calls. Runs in flight end, and its version numbers are not used again.",
                }}
                done={`${name} is deleted.`}
                onDone={() => go("workflows")}
              />
            </div>
          </Panel>
        )}
      </div>
    </div>
  );
}

const words = { graph: "Graph", prompt: "Prompt" };

async function download(name: string, what: "graph" | "prompt"): Promise<void> {
  try {
    const workflow = await get<Workflow>(path`workflows/${name}`, { include: what });
    if (workflow[what] === undefined || workflow[what] === null) {
      toast(`It was saved without a ${what}.`, "failed");
      return;
    }

    saveAs(
      new Blob([toJson(workflow[what], 2)], { type: "application/json" }),
      `${name}-v${workflow.version}${what === "prompt" ? "-api" : ""}.json`,
    );
  } catch (error) {
    const problem = Problem.of(error);
    toast(problem.detail || problem.title, "failed");
  }
}
