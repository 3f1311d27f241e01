import { useState } from "preact/hooks";
import { Action } from "../kit/Action";
import { Badge } from "../kit/Badge";
import { path } from "../kit/call";
import { SelectField, TextField } from "../kit/Field";
import { Icon } from "../kit/Icon";
import { Loading, Panel } from "../kit/Page";
import { Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { to, useQuery } from "../kit/router";
import { Scrolls } from "../kit/Scrolls";
import { may } from "../kit/session";
import { Ago } from "../kit/Ago";
import type { VersionList, Workflow } from "../kit/types";
import { type Change, contractChanges, promptChanges } from "./compare";

/** The versions of a workflow, what differs between two, and which of them its aliases name. */
export function VersionsTab({ workflow, onChange }: { workflow: Workflow; onChange: () => void }) {
  const { name } = workflow;
  const { value, problem, reload } = useResource<VersionList>({ method: "GET", path: path`workflows/${name}/versions` });
  const [a, setA] = useQuery("a");
  const [b, setB] = useQuery("b");
  if (value === undefined) {
    return problem !== null ? <ProblemBox problem={problem} onRetry={reload} /> : <Loading />;
  }

  const versions = [...value.versions].sort((x, y) => y.version - x.version);
  const numbers = versions.map((v) => v.version);
  const newer = b !== "" ? Number(b) : (numbers[0] ?? 1);
  const older = a !== "" ? Number(a) : (numbers[numbers.indexOf(newer) + 1] ?? newer);
  const aliasesOf = (version: number): string[] =>
    Object.entries(workflow.aliases ?? {}).flatMap(([alias, v]) => (v === version ? [alias] : []));
  return (
    <div class="columns">
      <div class="stack">
        <Panel title="Versions">
          <Scrolls label="Versions">
            <table class="version-table">
              <thead>
                <tr>
                  <th>Version</th>
                  <th>Saved</th>
                  <th>
                    <span class="hidden">What can be done</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {versions.map((v, i) => (
                  <tr key={v.version}>
                    <td>
                      <b class="number">v{v.version}</b> {i === 0 && <Badge state="latest" tone="plain" />}{" "}
                      {aliasesOf(v.version).map((alias) => (
                        <span key={alias} class="alias">
                          {alias}
                        </span>
                      ))}
                    </td>
                    <td>
                      <Ago at={v.createdAt} />
                    </td>
                    <td class="row-actions">
                      <a class="button quiet" href={`${to`workflows/${name}`}?version=${v.version}`}>
                        <Icon name="play" />
                        Try it
                      </a>
                      {i < versions.length - 1 && (
                        <button
                          type="button"
                          class="quiet"
                          aria-pressed={newer === v.version}
                          title={`What version ${v.version} changed`}
                          onClick={() => {
                            setA(String(numbers[i + 1]));
                            setB(String(v.version));
                          }}
                        >
                          <Icon name="compare" />
                          Changes
                        </button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolls>
        </Panel>
        <Aliases workflow={workflow} versions={numbers} onChange={onChange} />
      </div>
      {versions.length > 1 ? (
        <Panel
          title="What differs"
          actions={
            <span class="pair">
              <SelectField
                label="From version"
                isLabelHidden
                value={String(older)}
                onValue={setA}
                options={numbers.map((n) => ({ value: String(n), text: `v${n}` }))}
              />
              <Icon name="right" />
              <SelectField
                label="To version"
                isLabelHidden
                value={String(newer)}
                onValue={setB}
                options={numbers.map((n) => ({ value: String(n), text: `v${n}` }))}
              />
            </span>
          }
        >
          <Comparison key={`${older}-${newer}`} name={name} older={older} newer={newer} />
        </Panel>
      ) : (
        <Panel title="What differs">
          <p class="muted">There is one version so far.{may("author") && " A file that is dropped on this page becomes the next."}</p>
        </Panel>
      )}
    </div>
  );
}

function Comparison({ name, older, newer }: { name: string; older: number; newer: number }) {
  const query = may("author") ? { include: "prompt" } : {};
  const a = useResource<Workflow>({ method: "GET", path: path`workflows/${name}/versions/${older}`, query });
  const b = useResource<Workflow>({ method: "GET", path: path`workflows/${name}/versions/${newer}`, query });
  const problem = a.problem ?? b.problem;
  if (a.value === undefined || b.value === undefined) {
    return problem !== null ? <ProblemBox problem={problem} /> : <Loading />;
  }

  const hasPrompts = a.value.prompt !== undefined && b.value.prompt !== undefined;
  return (
    <div class="stack">
      <Changes title="For callers" changes={contractChanges(a.value.contract, b.value.contract)} none="Callers see no difference." />
      {hasPrompts && (
        <Changes title="In the prompt" changes={promptChanges(a.value.prompt, b.value.prompt)} none="The prompts are the same." />
      )}
    </div>
  );
}

const SIGNS = { added: "plus", removed: "dash", changed: "edit" } as const;

function Changes({ title, changes, none }: { title: string; changes: Change[]; none: string }) {
  return (
    <section class="part">
      <h3>{title}</h3>
      {changes.length === 0 ? (
        <p class="muted">{none}</p>
      ) : (
        <ul class="changes">
          {changes.map((c, i) => (
            <li key={i} class={c.kind}>
              <Icon name={SIGNS[c.kind]} />
              <span class="change-words">
                <b>{c.place}</b> <span class="hidden">{c.kind}</span> {c.about !== undefined && <span class="muted">{c.about}</span>}
                {(c.from || c.to) && (
                  <span class="from-to">
                    {c.from && <del>{c.from}</del>} {c.to && <ins>{c.to}</ins>}
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Aliases({ workflow, versions, onChange }: { workflow: Workflow; versions: number[]; onChange: () => void }) {
  const aliases = Object.entries(workflow.aliases ?? {});
  const [isAdding, add] = useState(false);
  return (
    <Panel
      title="Aliases"
      actions={
        may("author") &&
        !isAdding && (
          <button type="button" class="quiet" onClick={() => add(true)}>
            <Icon name="plus" />
            New alias
          </button>
        )
      }
    >
      {aliases.length === 0 && !isAdding && (
        <p class="muted">
          None yet. An alias such as <b>production</b> is a name for a version
          {may("author") ? ": callers of it get another version from the moment you say so, and the one before with one click." : "."}
        </p>
      )}
      <ul class="aliases">
        {aliases.map(([alias, version]) => (
          <AliasLine key={alias} workflow={workflow} alias={alias} version={version} versions={versions} onChange={onChange} />
        ))}
        {isAdding && (
          <AliasLine
            workflow={workflow}
            alias=""
            version={versions[0] ?? 1}
            versions={versions}
            onChange={() => {
              add(false);
              onChange();
            }}
            onLeave={() => add(false)}
          />
        )}
      </ul>
    </Panel>
  );
}

interface AliasProps {
  workflow: Workflow;
  alias: string;
  version: number;
  versions: number[];
  onChange: () => void;
  onLeave?: () => void;
}

/** One alias: which version it names, and which it is to name. A change that breaks callers is refused until it is said twice. */
function AliasLine({ workflow, alias, version, versions, onChange, onLeave }: AliasProps) {
  const isNew = onLeave !== undefined;
  const [name, setName] = useState(isNew ? "production" : alias);
  const [wanted, want] = useState(String(version));
  const [problem, setProblem] = useState<Problem | null>(null);
  const target = { method: "PUT" as const, path: path`workflows/${workflow.name}/aliases/${name}`, body: { version: Number(wanted) } };
  const isBreaking = problem?.status === 409;
  const done = (): void => {
    setProblem(null);
    onChange();
  };
  return (
    <li class="alias-line">
      <div class="alias-row">
        {isNew ? (
          <TextField label="Alias" isLabelHidden value={name} onValue={setName} spellcheck={false} autoFocus />
        ) : (
          <span class="alias-name">
            <b>{alias}</b> is <span class="number">v{version}</span>
          </span>
        )}
        {may("author") && (
          <span class="actions">
            <SelectField
              label={`Version for ${name}`}
              isLabelHidden
              value={wanted}
              onValue={want}
              options={versions.map((n) => ({ value: String(n), text: `v${n}` }))}
            />
            <Action
              label={isNew ? "Add" : "Promote"}
              kind={isNew || wanted !== String(version) ? "primary" : "plain"}
              disabled={(!isNew && wanted === String(version)) || name.trim() === ""}
              call={{ ...target, query: { breaking: "refuse" } }}
              done={`${name} is version ${wanted}.`}
              onDone={done}
              onProblem={setProblem}
            />
            {isNew ? (
              <button type="button" class="quiet" onClick={onLeave}>
                Leave it
              </button>
            ) : (
              <>
                <Action
                  label="Roll back"
                  icon="back"
                  kind="quiet"
                  call={{ method: "POST", path: path`workflows/${workflow.name}/aliases/${alias}/rollback` }}
                  confirm={{
                    title: `Roll ${alias} back?`,
                    text: `Callers of ${alias} get the version that it named before from their next call on.`,
                  }}
                  done={`${alias} is rolled back.`}
                  onDone={done}
                />
                <Action
                  label="Remove"
                  icon="trash"
                  kind="quiet"
                  call={{ method: "DELETE", path: path`workflows/${workflow.name}/aliases/${alias}` }}
                  confirm={{
                    title: `Remove ${alias}?`,
                    text: `Callers of …/versions/${alias} are answered 404 from then on. The version stays.`,
                  }}
                  done={`${alias} is gone.`}
                  onDone={done}
                />
              </>
            )}
          </span>
        )}
      </div>
      {problem !== null && (
        <>
          <ProblemBox problem={problem} />
          {isBreaking && (
            <span class="actions">
              <Action
                label={`Let ${name} be v${wanted} all the same`}
                kind="danger"
                call={target}
                done={`${name} is version ${wanted}.`}
                onDone={done}
                onProblem={setProblem}
              />
              <button type="button" class="quiet" onClick={() => setProblem(null)}>
                Leave it
              </button>
            </span>
          )}
        </>
      )}
    </li>
  );
}
