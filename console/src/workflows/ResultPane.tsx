import { useEffect } from "preact/hooks";
import { Action } from "../kit/Action";
import { get } from "../kit/api";
import { Badge } from "../kit/Badge";
import { path } from "../kit/call";
import { Gallery, Picture } from "../kit/Gallery";
import { Icon } from "../kit/Icon";
import { type Media, mediaOf, iconOf } from "../kit/media";
import { ProblemBox } from "../kit/ProblemBox";
import { to } from "../kit/router";
import { Store, useStore } from "../kit/store";
import { percent, shortId } from "../kit/text";
import { Ago, Took } from "../kit/Ago";
import type { Run, RunError, RunList } from "../kit/types";
import { DRAGGED, type DraggedOutput } from "./FileInput";
import { remember } from "./files";
import { change, type Form } from "./form";
import { hasEnded, listOf, offer, type Result, resultOf } from "./results";

/** Which run each workflow's form shows; the newest unless one was chosen. */
const chosen = new Map<string, Store<string | null>>();

export function chosenOf(workflow: string): Store<string | null> {
  const store = chosen.get(workflow) ?? new Store<string | null>(null);
  chosen.set(workflow, store);
  return store;
}

const RECENT = 12;

/** What came of the form's calls: the run that is shown, and the last ones as a strip. */
export function ResultPane({ form, onFill }: { form: Form; onFill: (run: Run) => void }) {
  const { name } = form.workflow;
  const list = useStore(listOf(name));
  const store = chosenOf(name);
  const at = useStore(store) ?? list[0];
  const result = at === undefined ? undefined : resultOf(at);
  useEffect(() => {
    get<RunList>("runs", { workflow: name, limit: RECENT }).then(
      ({ runs }) =>
        offer(
          name,
          runs.filter((r) => r.batch === undefined),
        ),
      () => undefined,
    );
  }, [name]);
  return (
    <section class="result" aria-label="Result">
      {result === undefined ? (
        <div class="result-empty">
          <Icon name="image" />
          <p class="muted">What a run makes is shown here, and stays while you change the form.</p>
        </div>
      ) : (
        <Shown key={at} form={form} result={result} before={list[list.indexOf(at ?? "") + 1]} onFill={onFill} />
      )}
      {list.length > 1 && (
        <ul class="strip" aria-label="Last results">
          {list.map((id) => (
            <StripTile key={id} id={id} isShown={id === at} onChoose={() => store.set(id)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Shown({
  form,
  result,
  before,
  onFill,
}: {
  form: Form;
  result: Store<Result>;
  before: string | undefined;
  onFill: (run: Run) => void;
}) {
  const { run, preview, problem } = useStore(result);
  const media = mediaOf(run);
  return (
    <>
      <header class="result-head">
        <span aria-live="polite">
          <Badge state={run.status} />
        </span>
        <a href={to`runs/${run.id}`} class="result-link">
          {shortId(run.id)}
        </a>
        <span class="muted number">
          {hasEnded(run) && run.completedAt ? (
            <>
              <Took from={run.createdAt} to={run.completedAt} /> · <Ago at={run.completedAt} />
            </>
          ) : (
            <Took from={run.createdAt} to={null} />
          )}
        </span>
        <span class="actions">
          {!hasEnded(run) && (
            <Action label="Cancel" icon="stop" kind="quiet" call={{ method: "POST", path: path`runs/${run.id}/cancel` }} />
          )}
          {hasEnded(run) && <CompareLink run={run} before={before} />}
          <button type="button" class="quiet" title="Puts the run’s values into the form" onClick={() => onFill(run)}>
            <Icon name="edit" />
            Use its values
          </button>
        </span>
      </header>
      {!hasEnded(run) && <Working run={run} />}
      {problem !== null && <ProblemBox problem={problem} />}
      {run.error && (
        <div class="problem" role="alert">
          <div class="problem-head">
            <Icon name="warning" />
            <strong>{failureOf(run.error)}</strong>
            <code>{run.error.code}</code>
          </div>
          <p>{run.error.message}</p>
        </div>
      )}
      {!hasEnded(run) && media.length === 0 && (
        <div class="work">{preview !== null ? <img src={preview} alt="Preview of the work in progress" /> : <Before id={before} />}</div>
      )}
      {media.length > 0 && <Outputs form={form} media={media} />}
      {run.seeds !== undefined && run.seeds.length > 0 && hasEnded(run) && (
        <p class="muted seeds">
          {run.seeds.slice(0, 4).map((s) => (
            <span key={`${s.node}${s.input}`}>
              {s.tag ?? `node ${s.node}`} {s.input} <b class="number">{String(s.value)}</b> {s.origin}
            </span>
          ))}
        </p>
      )}
    </>
  );
}

/** Which node failed, by what it is and what callers call it. */
function failureOf({ node }: RunError): string {
  const tag = node?.tag ? ` (${node.tag})` : "";
  return node === undefined ? "It failed" : `${node.class ?? "Node"} ${node.id}${tag} failed`;
}

/** Where a run waits. */
function placeOf({ host, queuePosition }: Run): string {
  return host !== undefined
    ? `On ${host}`
    : queuePosition === undefined
      ? "Waits for a slot"
      : queuePosition === 0
        ? "Next in the queue"
        : `${queuePosition} before it in the queue`;
}

/** How far it is: 57 % · step 25 of 60 · sim-a. */
const progressOf = ({ progress, host }: Run): string =>
  [percent(progress?.value ?? 0), progress?.step === undefined ? "" : `step ${progress.step} of ${progress.steps ?? "?"}`, host ?? ""]
    .filter((w) => w !== "")
    .join(" · ");

function Working({ run }: { run: Run }) {
  const { progress, status } = run;
  const words = status === "queued" ? placeOf(run) : progressOf(run);
  return (
    <div class="working" role="status">
      <span>{words}</span>
      <span class="meter">
        <i style={{ width: `${(progress?.value ?? 0) * 100}%` }} />
      </span>
    </div>
  );
}

/** The result before stays to be seen until there is something of this one. */
function Before({ id }: { id: string | undefined }) {
  const media = id === undefined ? undefined : mediaOf(resultOf(id)?.value.run ?? { id }).find((m) => m.output.type === "image");
  return media === undefined ? (
    <span class="muted">No picture yet.</span>
  ) : (
    <figure class="before">
      <Picture media={media} />
      <figcaption class="muted">the one before</figcaption>
    </figure>
  );
}

function CompareLink({ run, before }: { run: Run; before: string | undefined }) {
  const mine = mediaOf(run).find((m) => m.output.type === "image");
  const other =
    before === undefined ? undefined : mediaOf(resultOf(before)?.value.run ?? { id: before }).find((m) => m.output.type === "image");
  if (mine === undefined || other === undefined) {
    return null;
  }

  const place = (m: Media): string => `${m.run}/${m.tag}/${m.index}`;
  const href = `runs/compare?${new URLSearchParams({ a: place(other), b: place(mine) })}`;
  return (
    <a class="button quiet icon-only" href={href} title="Compare with the one before" aria-label="Compare with the one before">
      <Icon name="compare" />
    </a>
  );
}

const draggedOf = ({ run, tag, index, output }: Media): DraggedOutput => ({
  ref: `run:${run}/${tag}/${index}`,
  name: output.name ?? tag,
  type: output.contentType ?? "",
  ...(output.thumbnailUrl !== undefined && { preview: output.thumbnailUrl }),
});

/** The outputs; each may be dragged into a field, or be put into the first that takes its kind. */
function Outputs({ form, media }: { form: Form; media: Media[] }) {
  const fields = form.workflow.contract.tags.flatMap((tag) => tag.inputs.filter((i) => i.type === "FILE").map((input) => ({ tag, input })));
  const use = (m: Media) => {
    const field = fields.find(({ input }) => input.upload === m.output.type || input.upload === "file");
    return field === undefined ? null : (
      <button
        type="button"
        class="quiet icon-only"
        aria-label={`Use as ${field.tag.name} ${field.input.name}`}
        title={`Use as ${field.tag.name} ${field.input.name}`}
        onClick={() => {
          const { ref, ...info } = draggedOf(m);
          remember(ref, info);
          change(form, field.tag, field.input, ref);
        }}
      >
        <Icon name="again" />
      </button>
    );
  };
  return (
    <div
      onDragStart={(e) => {
        const key = (e.target as Element).closest("[data-key]")?.getAttribute("data-key");
        const dragged = media.find((m) => m.key === key);
        if (dragged !== undefined) {
          e.dataTransfer?.setData(DRAGGED, JSON.stringify(draggedOf(dragged)));
        }
      }}
    >
      <Gallery items={media} size={media.length === 1 ? "large" : "normal"} actions={use} />
    </div>
  );
}

function StripTile({ id, isShown, onChoose }: { id: string; isShown: boolean; onChoose: () => void }) {
  const { run, preview } = useStore(resultOf(id) ?? NOTHING);
  const media = mediaOf(run).find((m) => m.output.type === "image") ?? mediaOf(run)[0];
  return (
    <li>
      <button
        type="button"
        class={`strip-tile ${run.status}`}
        aria-pressed={isShown}
        aria-label={`${run.status}, ${shortId(id)}`}
        title={`${run.status} · ${shortId(id)}`}
        onClick={onChoose}
      >
        {media?.output.type === "image" ? (
          <Picture media={media} />
        ) : preview !== null && !hasEnded(run) ? (
          <img src={preview} alt="" />
        ) : (
          <Icon
            name={media !== undefined ? iconOf[media.output.type] : run.status === "failed" ? "cross" : hasEnded(run) ? "slash" : "arc"}
            class={hasEnded(run) ? "" : "turning"}
          />
        )}
      </button>
    </li>
  );
}

const NOTHING = new Store<Result>({
  run: { id: "", workflow: "", version: 0, status: "canceled", createdAt: "" },
  preview: null,
  problem: null,
});
