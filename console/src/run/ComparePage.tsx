import { useState } from "preact/hooks";
import { path } from "../kit/call";
import { Empty } from "../kit/Empty";
import { Icon } from "../kit/Icon";
import { toJson } from "../kit/json";
import { factsOf, isPicture, type Media, mediaOf, titleOf, wholeOf } from "../kit/media";
import { Loading, Page, Panel } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { setQuery, to, usePlace, useQuery } from "../kit/router";
import { Scrolls } from "../kit/Scrolls";
import { shortId } from "../kit/text";
import type { Run } from "../kit/types";
import { differencesOf } from "./differences";

const MODES = [
  { is: "", says: "Side by side" },
  { is: "wipe", says: "Wipe" },
  { is: "difference", says: "Difference" },
];

/** One side: its run, and which of its outputs. The address has it as run/tag/number; a run alone is its first. */
function useSide(name: "a" | "b") {
  const said = usePlace().query.get(name) ?? "";
  const [id = ""] = said.split("/");
  const { value: run, problem, reload } = useResource<Run>(id === "" ? null : { method: "GET", path: path`runs/${id}` });
  const all = run === undefined ? [] : mediaOf(run);
  const media = all.find((m) => m.key === said) ?? all[0];
  return { name, run, problem, reload, all, media };
}

type Side = ReturnType<typeof useSide>;

/** Two outputs beside each other, over each other, or as what differs; and what differs in their calls. */
export function ComparePage() {
  const a = useSide("a");
  const b = useSide("b");
  const [mode, setMode] = useQuery("mode");
  const arePictures = a.media !== undefined && b.media !== undefined && isPicture(a.media) && isPicture(b.media);
  const shown = arePictures ? mode : "";
  const problem = [a, b].find((s) => s.problem !== null);
  return (
    <Page
      title="Compare"
      above={
        <p class="above">
          <a href="runs">Runs</a> <Icon name="right" /> Compare
        </p>
      }
      actions={
        arePictures && (
          <div class="switches" role="group" aria-label="How">
            {MODES.map((m) => (
              <button key={m.is} type="button" class="switch" aria-pressed={mode === m.is} onClick={() => setMode(m.is)}>
                {m.says}
              </button>
            ))}
          </div>
        )
      }
    >
      {problem?.problem ? (
        <ProblemBox problem={problem.problem} onRetry={problem.reload} />
      ) : a.run === undefined || b.run === undefined ? (
        <Loading />
      ) : a.media === undefined || b.media === undefined ? (
        <Empty icon="compare" title="There is nothing to compare">
          <p>One of the two runs has no outputs.</p>
        </Empty>
      ) : (
        <>
          {shown === "wipe" ? (
            <Wipe a={a.media} b={b.media} />
          ) : shown === "difference" ? (
            <div class="compare-over difference">
              <img src={wholeOf(a.media)} alt={titleOf(a.media)} />
              <img src={wholeOf(b.media)} alt={titleOf(b.media)} />
            </div>
          ) : (
            <div class="compare-beside">
              <Shown media={a.media} />
              <Shown media={b.media} />
            </div>
          )}
          <div class="compare-beside">
            <Caption side={a} letter="A" />
            <Caption side={b} letter="B" />
          </div>
          <Differences a={a.run} b={b.run} />
        </>
      )}
    </Page>
  );
}

function Shown({ media }: { media: Media }) {
  return isPicture(media) ? (
    <a class="compare-picture" href={media.output.url} target="_blank" rel="noopener">
      <img src={wholeOf(media)} alt={titleOf(media)} />
    </a>
  ) : (
    <pre class="compare-text" tabIndex={0}>
      {media.output.text ?? `${titleOf(media)} ${factsOf(media)}`}
    </pre>
  );
}

function Wipe({ a, b }: { a: Media; b: Media }) {
  const [at, setAt] = useState(50);
  return (
    <div class="wipe">
      <div class="compare-over">
        <img src={wholeOf(a)} alt={titleOf(a)} />
        <img src={wholeOf(b)} alt={titleOf(b)} style={{ clipPath: `inset(0 0 0 ${at}%)` }} />
        <i style={{ left: `${at}%` }} aria-hidden="true" />
        <input
          type="range"
          min={0}
          max={100}
          step={0.5}
          value={at}
          aria-label="How much of A is seen, in percent"
          onInput={(e) => setAt(Number(e.currentTarget.value))}
        />
      </div>
    </div>
  );
}

function Caption({ side, letter }: { side: Side; letter: string }) {
  const { run, media, all, name } = side;
  return run === undefined || media === undefined ? null : (
    <div class="compare-caption">
      <strong class="compare-letter">{letter}</strong>
      <div>
        <a href={to`runs/${run.id}`}>
          {run.workflow} <code>{shortId(run.id)}</code>
        </a>
        <div class="muted">
          {titleOf(media)} · {factsOf(media)}
        </div>
      </div>
      {all.length > 1 && (
        <select aria-label={`Output of ${letter}`} value={media.key} onChange={(e) => setQuery({ [name]: e.currentTarget.value })}>
          {all.map((m) => (
            <option key={m.key} value={m.key}>
              {m.tag} {m.index}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

function Differences({ a, b }: { a: Run; b: Run }) {
  const all = differencesOf(a, b);
  return (
    <Panel title="What differs in the calls">
      {all.length === 0 ? (
        <p class="muted">Nothing: workflow, version, values and seeds are the same.</p>
      ) : (
        <Scrolls label="Differences">
          <table>
            <thead>
              <tr>
                <th scope="col">Value</th>
                <th scope="col">A</th>
                <th scope="col">B</th>
              </tr>
            </thead>
            <tbody>
              {all.map((d) => (
                <tr key={d.name}>
                  <th scope="row">{d.name}</th>
                  <td>{shownValue(d.a)}</td>
                  <td>{shownValue(d.b)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
    </Panel>
  );
}

const shownValue = (value: unknown) =>
  value === undefined ? <span class="muted">the workflow’s own</span> : typeof value === "string" ? value : <code>{toJson(value)}</code>;
