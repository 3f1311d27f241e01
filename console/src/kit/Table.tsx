import { Component, type ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useKeys } from "./keys";
import { useNarrow } from "./narrow";
import { go } from "./router";

/** A column: its heading, its width as CSS grid has it, and what it shows of a row. */
export interface Column<T> {
  name: string;
  title: string;

  /** Such as "90px" or "minmax(120px, 2fr)". */
  width: string;
  draw: (row: T) => ComponentChildren;
  align?: "end";

  /** Its content is the link that leads to the row's page. */
  isLink?: boolean;
}

/** Which rows are selected, by key. */
export interface Selection {
  keys: ReadonlySet<string>;
  set: (keys: ReadonlySet<string>) => void;
}

export interface TableProps<T> {
  label: string;
  rows: readonly T[];
  keyOf: (row: T) => string;

  /** Held outside the component that draws the table: rows are drawn again when columns change. */
  columns: Column<T>[];
  hrefOf?: (row: T) => string;

  /** What a row is called where it is selected. */
  nameOf?: (row: T) => string;

  /** How a row looks where there is no room for columns; `link` leads to the row's page. */
  card?: (row: T, link: (children: ComponentChildren) => ComponentChildren) => ComponentChildren;
  rowHeight?: number;
  cardHeight?: number;
  selection?: Selection;

  /** j, k, enter and x are this table's. */
  hasKeys?: boolean;

  /** The end is near: there may be more rows to fetch. */
  onEnd?: () => void;

  /** Class names of a row, such as "is-new". */
  kindOf?: (row: T) => string;
}

export function useSelection(): Selection {
  const [keys, set] = useState<ReadonlySet<string>>(new Set());
  return { keys, set };
}

const OVERSCAN = 6;

/** Rows of one height, of which only those in view are drawn: tens of thousands scroll as tens do. The page scrolls, not the table. */
export function Table<T>(props: TableProps<T>) {
  const { label, rows, keyOf, columns, hrefOf, nameOf, card, selection, hasKeys = false, onEnd, kindOf } = props;
  const isCards = useNarrow() && card !== undefined;
  const height = isCards ? (props.cardHeight ?? 76) : (props.rowHeight ?? 36);
  const body = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ first: 0, last: 40 });
  const [cursor, drawCursor] = useState<string | null>(null);

  // Keys come faster than drawing: what they go by is what was last, not what is drawn.
  const latest = useRef({ rows, cursor, onEnd });
  latest.current.rows = rows;
  latest.current.onEnd = onEnd;
  const setCursor = (key: string): void => {
    latest.current.cursor = key;
    drawCursor(key);
  };

  // The first row in view, which stays where it is when rows come in above it.
  const anchor = useRef<{ key: string; index: number } | null>(null);
  useLayoutEffect(() => {
    const { current: kept } = anchor;
    const at = kept === null ? -1 : rows.findIndex((r) => keyOf(r) === kept.key);
    if (kept !== null && at >= 0 && at !== kept.index) {
      scrollBy(0, (at - kept.index) * height);
      anchor.current = { ...kept, index: at };
    }
  }, [rows]);

  useLayoutEffect(() => {
    const look = (): void => {
      const top = body.current?.getBoundingClientRect().top ?? 0;
      const seen = latest.current.rows[Math.floor(-top / height)];
      anchor.current = top < 0 && seen !== undefined ? { key: keyOf(seen), index: Math.floor(-top / height) } : null;
      const first = Math.max(0, Math.floor(-top / height) - OVERSCAN);
      const last = Math.min(rows.length, Math.ceil((innerHeight - top) / height) + OVERSCAN);

      // Steps of a few rows: a scroll of some pixels draws nothing.
      const view = { first: first - (first % OVERSCAN), last: last + OVERSCAN - (last % OVERSCAN) };
      setView((v) => (v.first === view.first && v.last === view.last ? v : view));
      if (last + 3 * OVERSCAN >= rows.length) {
        latest.current.onEnd?.();
      }
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [rows.length, height]);

  const toggle = (key: string, isRange = false): void => {
    if (selection === undefined) {
      return;
    }

    const keys = new Set(selection.keys);
    const isOn = !keys.has(key);
    const from = isRange && cursor !== null ? rows.findIndex((r) => keyOf(r) === cursor) : -1;
    const at = rows.findIndex((r) => keyOf(r) === key);
    const range = from < 0 ? [key] : rows.slice(Math.min(from, at), Math.max(from, at) + 1).map(keyOf);
    for (const one of range) {
      if (isOn) {
        keys.add(one);
      } else {
        keys.delete(one);
      }
    }

    setCursor(key);
    selection.set(keys);
  };

  const move = (step: number): void => {
    const { cursor: from } = latest.current;
    const at = from === null ? -1 : rows.findIndex((r) => keyOf(r) === from);
    const next = Math.min(rows.length - 1, Math.max(0, at + step));
    const row = rows[next];
    if (row === undefined) {
      return;
    }

    setCursor(keyOf(row));
    const head = 120;
    const top = (body.current?.getBoundingClientRect().top ?? 0) + next * height;
    if (top < head) {
      scrollBy(0, top - head);
    } else if (top + height > innerHeight - 24) {
      scrollBy(0, top + 2 * height - innerHeight);
    }
  };

  const focused = useRef<string | null>(null);
  useEffect(() => {
    if (cursor !== null && focused.current !== cursor) {
      focused.current = cursor;
      body.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(cursor)}"] .row-link`)?.focus({ preventScroll: true });
    }
  });

  const here = (): T | undefined => rows.find((r) => keyOf(r) === latest.current.cursor);
  useKeys(
    hasKeys
      ? [
          { key: "j", does: "next row", run: () => move(1) },
          { key: "k", does: "row before", run: () => move(-1) },
          {
            key: "Enter",
            does: "open the row",
            run: () => {
              const row = here();
              if (row !== undefined && hrefOf !== undefined) {
                go(hrefOf(row));
              }
            },
          },
          ...(selection === undefined
            ? []
            : [
                { key: "x", does: "select the row", run: () => latest.current.cursor !== null && toggle(latest.current.cursor) },
                { key: "X", does: "select all, or none", run: () => selection.set(new Set(selection.keys.size > 0 ? [] : rows.map(keyOf))) },
              ]),
        ]
      : [],
  );

  const template = `${selection === undefined ? "" : "34px "}${columns.map((c) => c.width).join(" ")}`;
  const shown = rows.slice(view.first, view.last);
  return (
    <div class={`table${isCards ? " is-cards" : ""}`} role="table" aria-label={label} aria-rowcount={rows.length + 1}>
      {(!isCards || selection !== undefined) && (
        <div class="table-head" role="rowgroup">
          <div role="row" aria-rowindex={1} style={isCards ? {} : { gridTemplateColumns: template }}>
            {selection !== undefined && (
              <span role="columnheader" class="row-check">
                <input
                  type="checkbox"
                  aria-label="Select all"
                  checked={selection.keys.size > 0 && selection.keys.size >= rows.length}
                  indeterminate={selection.keys.size > 0 && selection.keys.size < rows.length}
                  onChange={(e) => selection.set(new Set(e.currentTarget.checked ? rows.map(keyOf) : []))}
                />
                {isCards && <span aria-hidden="true">All</span>}
              </span>
            )}
            {!isCards &&
              columns.map((c) => (
                <span key={c.name} role="columnheader" class={c.align ?? ""}>
                  {c.title}
                </span>
              ))}
          </div>
        </div>
      )}
      <div class="table-body" role="rowgroup" ref={body} style={{ height: `${rows.length * height}px` }}>
        {shown.map((row, i) => {
          const key = keyOf(row);
          return (
            <Row<T>
              key={key}
              id={key}
              row={row}
              index={view.first + i}
              height={height}
              template={template}
              columns={columns}
              card={isCards ? card : undefined}
              href={hrefOf?.(row)}
              name={nameOf?.(row) ?? key}
              kind={kindOf?.(row) ?? ""}
              isSelected={selection?.keys.has(key) ?? null}
              isCursor={cursor === key}
              onToggle={toggle}
            />
          );
        })}
      </div>
    </div>
  );
}

interface RowProps<T> {
  id: string;
  row: T;
  index: number;
  height: number;
  template: string;
  columns: Column<T>[];
  card: TableProps<T>["card"] | undefined;
  href: string | undefined;
  name: string;
  kind: string;

  /** Null: rows of this table cannot be selected. */
  isSelected: boolean | null;
  isCursor: boolean;
  onToggle: (key: string, isRange: boolean) => void;
}

/** A row, drawn again only when something of it is another. */
class Row<T> extends Component<RowProps<T>> {
  override shouldComponentUpdate(next: RowProps<T>): boolean {
    const { onToggle: _, ...seen } = this.props;
    return Object.entries(seen).some(([name, value]) => next[name as keyof RowProps<T>] !== value);
  }

  override render({ id, row, index, height, template, columns, card, href, name, kind, isSelected, isCursor }: RowProps<T>) {
    const link = (children: ComponentChildren): ComponentChildren =>
      href === undefined ? (
        children
      ) : (
        <a class="row-link" href={href}>
          {children}
        </a>
      );
    const place = { height: `${height}px`, transform: `translateY(${index * height}px)` };
    return (
      <div
        role="row"
        class={`row ${kind}${isSelected === true ? " is-selected" : ""}${isCursor ? " is-cursor" : ""}`}
        aria-rowindex={index + 2}
        data-key={id}
        style={card === undefined ? { ...place, gridTemplateColumns: template } : place}
      >
        {isSelected !== null && (
          <span role="cell" class="row-check">
            <input
              type="checkbox"
              aria-label={`Select ${name}`}
              checked={isSelected}
              onClick={(e) => this.props.onToggle(id, e.shiftKey)}
            />
          </span>
        )}
        {card !== undefined ? (
          <div role="cell" class="card">
            {card(row, link)}
          </div>
        ) : (
          columns.map((c) => (
            <span key={c.name} role="cell" class={`in-${c.name} ${c.align ?? ""}`}>
              {c.isLink === true ? link(c.draw(row)) : c.draw(row)}
            </span>
          ))
        )}
      </div>
    );
  }
}
