import { useMemo } from "preact/hooks";
import { Badge } from "../kit/Badge";
import { SelectField } from "../kit/Field";
import { Picture } from "../kit/Gallery";
import { Icon } from "../kit/Icon";
import { iconOf, mediaOf } from "../kit/media";
import { setQuery, to, usePlace } from "../kit/router";
import { Tabs } from "../kit/Tabs";
import { percent, words } from "../kit/text";
import type { Run } from "../kit/types";
import { type Axis, axesOf, byPlace, cellOf, placeOf } from "./axes";

const SIZES = ["small", "medium", "large"] as const;

/** The runs of a batch side by side: rows and columns where they are a matrix, else one after the other. */
export function Sheet({ total, runs }: { id: string; total: number; runs: readonly Run[] }) {
  const { query } = usePlace();
  const axes = useMemo(() => axesOf(runs, total), [runs, total]);
  const size = SIZES.find((s) => s === query.get("size")) ?? "medium";
  const columns = axes.find((a) => a.name === query.get("columns")) ?? axes[axes.length - 1];
  const rows = axes.find((a) => a.name === query.get("rows") && a !== columns) ?? axes.find((a) => a !== columns);
  const further = axes.filter((a) => a !== columns && a !== rows);
  const names = axes.map((a) => a.name);
  return (
    <section class={`sheet ${size}`} aria-label="Contact sheet">
      <div class="sheet-bar">
        {axes.length > 1 && (
          <>
            <SelectField label="Rows" value={rows?.name ?? ""} options={names} onValue={(v) => setQuery({ rows: v, ...(v === columns?.name && { columns: rows?.name ?? null }) })} />
            <SelectField label="Columns" value={columns?.name ?? ""} options={names} onValue={(v) => setQuery({ columns: v, ...(v === rows?.name && { rows: columns?.name ?? null }) })} />
          </>
        )}
        <SelectField label="Pictures" value={size} options={[...SIZES]} onValue={(v) => setQuery({ size: v === "medium" ? null : v })} />
      </div>
      {columns === undefined ? (
        <List runs={runs} total={total} />
      ) : (
        <Further axes={further}>{(at) => <Matrix runs={runs} axes={axes} rows={rows} columns={columns} at={at} />}</Further>
      )}
    </section>
  );
}

/** Axes that are neither rows nor columns are tabs. */
function Further({ axes, children }: { axes: Axis[]; children: (at: Record<string, string>) => preact.ComponentChildren }) {
  const { query } = usePlace();
  const at = Object.fromEntries(axes.map((a) => [a.name, a.values.find((v) => v === query.get(`at.${a.name}`)) ?? a.values[0] ?? ""]));
  return axes.reduceRight<preact.ComponentChildren>(
    (inner, axis) => (
      <Tabs
        label={axis.name}
        tabs={axis.values.map((v) => `${axis.name} ${short(v)}`)}
        chosen={`${axis.name} ${short(at[axis.name] ?? "")}`}
        onChoose={(tab) => setQuery({ [`at.${axis.name}`]: axis.values.find((v) => `${axis.name} ${short(v)}` === tab) ?? null })}
      >
        {inner}
      </Tabs>
    ),
    children(at),
  );
}

const short = (text: string): string => (text.length > 48 ? `${text.slice(0, 47)}…` : text);

interface MatrixProps {
  runs: readonly Run[];
  axes: Axis[];
  rows: Axis | undefined;
  columns: Axis;
  at: Record<string, string>;
}

function Matrix({ runs, axes, rows, columns, at }: MatrixProps) {
  const places = useMemo(() => byPlace(runs, axes), [runs, axes]);
  const runAt = (row: string | null, column: string): Run | undefined =>
    places.get(placeOf(axes.map((a) => (a === columns ? column : a === rows ? (row ?? "") : (at[a.name] ?? "")))));
  return (
    <div class="scrolls sheet-scroll" tabIndex={0} role="region" aria-label="Sheet of rows and columns">
      <table class="sheet-table">
        <thead>
          <tr>
            <th scope="col" class="corner">
              {rows !== undefined && <span>↓ {rows.name}</span>} <span>→ {columns.name}</span>
            </th>
            {columns.values.map((c) => (
              <th key={c} scope="col" title={c}>
                {short(c)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(rows?.values ?? [null]).map((r) => (
            <tr key={r}>
              <th scope="row" title={r ?? ""}>
                {r === null ? "" : short(r)}
              </th>
              {columns.values.map((c) => (
                <td key={c}>
                  <Cell run={runAt(r, c)} name={[r, c].filter((x) => x !== null).join(", ")} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function List({ runs, total }: { runs: readonly Run[]; total: number }) {
  return (
    <>
      <ul class="sheet-list">
        {runs.map((run) => {
          const cell = Object.entries(cellOf(run));
          return (
            <li key={run.id}>
              <Cell run={run} name={`call ${run.batch?.index ?? ""}`} />
              <p class="cell-words" title={cell.map(([n, v]) => `${n}: ${v}`).join("\n")}>
                <b class="number">#{run.batch?.index}</b> {cell.map(([, v]) => short(v)).join(" · ")}
              </p>
            </li>
          );
        })}
      </ul>
      {runs.length < total && <p class="muted">{total - runs.length} more are being made.</p>}
    </>
  );
}

/** One call: its picture, else its state; what went wrong in a word. It leads to its run. */
function Cell({ run, name }: { run: Run | undefined; name: string }) {
  if (run === undefined) {
    return <span class="cell empty-cell">–</span>;
  }

  const media = mediaOf(run);
  const first = media.find((m) => m.output.type === "image") ?? media[0];
  const isDone = run.status === "succeeded";
  return (
    <a class={`cell ${run.status}`} href={to`runs/${run.id}`} aria-label={`${name}: ${run.status}`} title={run.error?.message ?? name}>
      {first?.output.type === "image" ? (
        <Picture media={first} />
      ) : first !== undefined ? (
        <>
          <Icon name={iconOf[first.output.type] ?? "file"} />
          {first.output.text !== undefined && <span class="cell-text">{first.output.text}</span>}
        </>
      ) : (
        <span class="cell-state">
          <Badge state={run.status} />
          {run.status === "running" && <span class="muted">{percent(run.progress?.value ?? 0)}</span>}
          {run.error !== undefined && <span class="cell-text">{run.error.message || words(run.error.code)}</span>}
        </span>
      )}
      {media.length > 1 && <span class="cell-more">+{media.length - 1}</span>}
      {first !== undefined && !isDone && (
        <span class="cell-mark">
          <Badge state={run.status} />
        </span>
      )}
    </a>
  );
}
