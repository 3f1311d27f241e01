import { Empty } from "../kit/Empty";
import { useResource } from "../kit/resource";
import { to } from "../kit/router";
import { may } from "../kit/session";
import { curlOf } from "../kit/snippets";
import type { WorkflowList } from "../kit/types";

/** Nothing has run yet: what to do first. */
export function NoRuns() {
  const { value } = useResource<WorkflowList>({ method: "GET", path: "workflows", query: { limit: 1 } });
  const name = value?.workflows[0]?.name;
  if (value === undefined) {
    return null;
  }

  return name !== undefined ? (
    <Empty
      icon="runs"
      title="Nothing has run yet"
      command={curlOf({ method: "POST", path: `workflows/${encodeURIComponent(name)}`, headers: { Prefer: "wait=60" }, body: {} })}
    >
      <p>
        Run <a href={to`workflows/${name}/run`}>{name}</a> from its form, or by a call:
      </p>
    </Empty>
  ) : (
    <Empty
      icon="workflows"
      title="There is no workflow to run yet"
      {...(may("author") && {
        command: curlOf({ method: "PUT", path: "workflows/txt2img", body: {} }).replace(/-d .*$/, "-d @workflow.json"),
      })}
    >
      {may("author") ? (
        <p>
          Drop a workflow that ComfyUI saved, or a picture that it made, on <a href="workflows">Workflows</a>, or save it by a call:
        </p>
      ) : (
        <p>Somebody with the role author has to save one first.</p>
      )}
    </Empty>
  );
}
