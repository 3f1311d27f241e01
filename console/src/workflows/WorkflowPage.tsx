import { useMemo } from "preact/hooks";
import { path } from "../kit/call";
import { Icon } from "../kit/Icon";
import { Loading, Page } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { setQuery, to, useQuery } from "../kit/router";
import { may } from "../kit/session";
import type { VersionList, Workflow } from "../kit/types";
import { BatchTab } from "./BatchTab";
import { DetailsTab } from "./DetailsTab";
import { DropZone } from "./DropZone";
import { formOf } from "./form";
import { HostsBadge } from "./HostLines";
import { RunTab } from "./RunTab";
import { VersionsTab } from "./VersionsTab";

const VIEWS = [
  ["run", "Run"],
  ["batch", "Batch"],
  ["versions", "Versions"],
  ["details", "Details"],
] as const;

/** One workflow: its form, batches of it, its versions and aliases, what it is. */
export function WorkflowPage({ name, view }: { name: string; view: string }) {
  const [version] = useQuery("version");
  const { value, problem, reload } = useResource<Workflow>({
    method: "GET",
    path: version === "" ? path`workflows/${name}` : path`workflows/${name}/versions/${version}`,
  });
  const form = useMemo(() => (value === undefined ? null : formOf(value)), [value]);
  const above = (
    <p class="crumbs">
      <a href="workflows">Workflows</a>
    </p>
  );
  if (value === undefined || form === null) {
    return (
      <Page title={name} above={above}>
        {problem !== null ? <ProblemBox problem={problem} onRetry={reload} /> : <Loading />}
      </Page>
    );
  }

  const query = version === "" ? "" : `?version=${encodeURIComponent(version)}`;
  return (
    <DropZone existing={[name]} name={name} onSaved={() => (version === "" ? reload() : setQuery({ version: null }))}>
      {(choose) => (
        <Page
          title={name}
          above={above}
          heading={
            <span class="workflow-title">
              {name} <VersionChoice workflow={value} version={version} />
            </span>
          }
          actions={
            <>
              <a href={to`workflows/${name}/details`} class="plain-link">
                <HostsBadge workflow={value} unit="hosts" />
              </a>
              <a class="button" href={`runs?${new URLSearchParams({ workflow: name })}`}>
                <Icon name="runs" />
                Runs
              </a>
              <a class="button" href={`batches?${new URLSearchParams({ workflow: name })}`}>
                <Icon name="batches" />
                Batches
              </a>
              {may("author") && (
                <button type="button" onClick={choose}>
                  <Icon name="upload" />
                  New version
                </button>
              )}
            </>
          }
        >
          <ul class="views" aria-label="Views of the workflow">
            {VIEWS.map(([part, title]) => (
              <li key={part}>
                <a href={`${to`workflows/${name}/${part}`}${query}`} aria-current={view === part ? "page" : undefined}>
                  {title}
                </a>
              </li>
            ))}
          </ul>
          {view === "batch" ? (
            <BatchTab form={form} version={version} />
          ) : view === "versions" ? (
            <VersionsTab workflow={value} onChange={reload} />
          ) : view === "details" ? (
            <DetailsTab workflow={value} />
          ) : (
            <RunTab form={form} version={version} />
          )}
        </Page>
      )}
    </DropZone>
  );
}

/** Which version the page is about: the latest, unless the address says another, or an alias. */
function VersionChoice({ workflow, version }: { workflow: Workflow; version: string }) {
  const { value } = useResource<VersionList>({ method: "GET", path: path`workflows/${workflow.name}/versions` });
  const numbers = (value?.versions ?? [workflow]).map((v) => v.version).sort((a, b) => b - a);
  const aliases = Object.entries(workflow.aliases ?? {});
  return (
    <select class="version-choice" aria-label="Version" value={version} onChange={(e) => setQuery({ version: e.currentTarget.value || null })}>
      <option value="">latest (v{numbers[0]})</option>
      {aliases.map(([alias, n]) => (
        <option key={alias} value={alias}>
          {alias} (v{n})
        </option>
      ))}
      {numbers.map((n) => (
        <option key={n} value={String(n)}>
          v{n}
        </option>
      ))}
    </select>
  );
}
