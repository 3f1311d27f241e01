import { useEffect, useRef, useState } from "preact/hooks";
import { SelectField, TextField } from "../kit/Field";
import { Icon } from "../kit/Icon";
import { useKeys } from "../kit/keys";
import { useResource } from "../kit/resource";
import { go, setQuery, to } from "../kit/router";
import { may } from "../kit/session";
import type { HostList, WorkflowList } from "../kit/types";
import { FILTERS, isFiltered, type RunFilter, STATUSES } from "./filter";

const SINCE = [
  { value: "", text: "any time" },
  { value: "15m", text: "last 15 minutes" },
  { value: "1h", text: "last hour" },
  { value: "24h", text: "last 24 hours" },
  { value: "7d", text: "last 7 days" },
];

const RUN_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/i;

/** What is looked for. It all stands in the address, so that a link shows the same. */
export function Filters({ filter, words, hasClients }: { filter: RunFilter; words: string; hasClients: boolean }) {
  const isRare = [filter.host, filter.client, filter.batch, filter.metadata, filter.until].some((v) => v !== "");
  const [isOpen, open] = useState(isRare);
  const search = useRef<HTMLDivElement>(null);
  useKeys([{ key: "/", does: "search", run: () => search.current?.querySelector("input")?.focus() }]);
  return (
    <search class="filters" aria-label="Runs to show">
      <div class="filter-line">
        <div class="filter-search" ref={search}>
          <Icon name="search" />
          <TextField
            label="Search in the loaded runs, or a run’s id"
            isLabelHidden
            type="search"
            placeholder="Words, or a run’s id"
            value={words}
            onValue={(v) => setQuery({ q: v })}
            onKeyDown={(e) => {
              if (e.key === "Enter" && RUN_ID.test(words.trim())) {
                go(to`runs/${words.trim().toUpperCase()}`);
              }
            }}
          />
        </div>
        <WorkflowField value={filter.workflow} />
        <SelectField
          label="Since"
          isLabelHidden
          value={filter.since}
          onValue={(v) => setQuery({ since: v })}
          options={SINCE.some((s) => s.value === filter.since) ? SINCE : [...SINCE, { value: filter.since, text: `since ${filter.since}` }]}
        />
        <button type="button" aria-expanded={isOpen} aria-controls="more-filters" onClick={() => open(!isOpen)}>
          <Icon name="filter" />
          More
        </button>
        {(isFiltered(filter) || words !== "") && (
          <button type="button" class="quiet" onClick={() => setQuery(Object.fromEntries([...FILTERS, "q"].map((f) => [f, null])))}>
            <Icon name="cross" />
            Clear
          </button>
        )}
      </div>
      <StatusSwitches value={filter.status} />
      {isOpen && (
        <div class="filter-more" id="more-filters">
          <HostField value={filter.host} />
          {hasClients && <Lazily label="Client" value={filter.client} name="client" placeholder="any" />}
          <Lazily label="Batch" value={filter.batch} name="batch" placeholder="its id" />
          <Lazily label="Metadata" value={filter.metadata} name="metadata" placeholder="order=17, kind=test" />
          <Lazily label="Since" value={filter.since} name="since" placeholder="1h, 7d, 2026-01-31T12:00" />
          <Lazily label="Before" value={filter.until} name="until" placeholder="1h, 2026-01-31" />
        </div>
      )}
    </search>
  );
}

/** A text that asks the server: when it is complete, not at each letter. */
function Lazily({
  label,
  name,
  value,
  placeholder,
  list,
}: {
  label: string;
  name: keyof RunFilter;
  value: string;
  placeholder: string;
  list?: string;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    const timer = setTimeout(() => text.trim() !== value && setQuery({ [name]: text.trim() }), 500);
    return () => clearTimeout(timer);
  }, [text]);
  return <TextField label={label} value={text} onValue={setText} placeholder={placeholder} {...(list !== undefined && { list })} />;
}

function StatusSwitches({ value }: { value: string }) {
  const chosen = value === "" ? [] : value.split(",");
  const toggle = (status: string): void => {
    const next = chosen.includes(status) ? chosen.filter((s) => s !== status) : [...chosen, status];
    setQuery({ status: STATUSES.filter((s) => next.includes(s)).join(",") });
  };
  return (
    <div class="switches" role="group" aria-label="Status">
      <button type="button" class="switch" aria-pressed={chosen.length === 0} onClick={() => setQuery({ status: null })}>
        all
      </button>
      {STATUSES.map((s) => (
        <button key={s} type="button" class="switch" aria-pressed={chosen.includes(s)} onClick={() => toggle(s)}>
          {s}
        </button>
      ))}
    </div>
  );
}

function WorkflowField({ value }: { value: string }) {
  const { value: list } = useResource<WorkflowList>({ method: "GET", path: "workflows", query: { limit: 200 } });
  const names = (list?.workflows ?? []).map((w) => w.name);
  const options = [
    { value: "", text: "all workflows" },
    ...[...new Set([...names, ...(value === "" ? [] : [value])])].map((n) => ({ value: n, text: n })),
  ];
  return <SelectField label="Workflow" isLabelHidden value={value} onValue={(v) => setQuery({ workflow: v })} options={options} />;
}

function HostField({ value }: { value: string }) {
  const { value: list } = useResource<HostList>(may("admin") ? { method: "GET", path: "hosts" } : null);
  const names = [...new Set([...(list?.hosts ?? []).map((h) => h.id), ...(value === "" ? [] : [value])])];
  return may("admin") ? (
    <SelectField
      label="Host"
      value={value}
      onValue={(v) => setQuery({ host: v })}
      options={[{ value: "", text: "any" }, ...names.map((n) => ({ value: n, text: n }))]}
    />
  ) : (
    <Lazily label="Host" name="host" value={value} placeholder="any" />
  );
}
