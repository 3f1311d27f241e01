import { Action } from "../kit/Action";
import { Icon } from "../kit/Icon";
import { mediaOf } from "../kit/media";
import { to } from "../kit/router";
import type { Selection } from "../kit/Table";
import { counted } from "../kit/text";
import type { Run } from "../kit/types";
import { cancelCall, deleteCall, retryCall } from "./calls";
import { isOpen } from "./filter";
import type { Runs } from "./useRuns";

/** What can be done with the selected runs: each action with those that it can be done with. */
export function SelectedBar({ rows, selection, runs }: { rows: readonly Run[]; selection: Selection; runs: Runs }) {
  const selected = rows.filter((r) => selection.keys.has(r.id));
  if (selected.length === 0) {
    return null;
  }

  const open = selected.filter((r) => isOpen(r.status)).map((r) => r.id);
  const ended = selected.filter((r) => !isOpen(r.status)).map((r) => r.id);
  const clear = (): void => selection.set(new Set());
  const [a, b] = selected.length === 2 ? selected.map((r) => mediaOf(r)[0]?.key) : [];
  return (
    <div class="selected-bar" role="region" aria-label="Selected runs">
      <strong aria-live="polite">{counted(selected.length, "run")}</strong>
      {open.length > 0 && (
        <Action<Run>
          label={`Cancel ${open.length}`}
          icon="stop"
          call={open.map(cancelCall)}
          confirm={{
            title: `Cancel ${counted(open.length, "run")}?`,
            text: "Their prompts are stopped on their hosts. What they made is lost.",
          }}
          done={`${counted(open.length, "run")} canceled.`}
          onDone={(all) => {
            all.forEach(runs.tell);
            clear();
          }}
        />
      )}
      {ended.length > 0 && (
        <>
          <Action<Run>
            label={`Retry ${ended.length}`}
            icon="again"
            call={ended.map(retryCall)}
            confirm={{
              title: `Retry ${counted(ended.length, "run")}?`,
              text: "Each call is made once more with the same version, values, files and seeds, as a run of its own.",
            }}
            done={`${counted(ended.length, "run")} made anew.`}
            onDone={(all) => {
              all.forEach(runs.tell);
              clear();
            }}
          />
          <Action
            label={`Delete ${ended.length}`}
            icon="trash"
            kind="danger"
            call={ended.map(deleteCall)}
            confirm={{
              title: `Delete ${counted(ended.length, "run")}?`,
              text: "Their outputs are deleted with them. This cannot be undone.",
            }}
            done={`${counted(ended.length, "run")} deleted.`}
            onDone={() => {
              runs.drop(ended);
              runs.reload();
              clear();
            }}
          />
        </>
      )}
      {a !== undefined && b !== undefined && (
        <a class="button" href={`${to`runs/compare`}?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`}>
          <Icon name="compare" />
          Compare
        </a>
      )}
      <button type="button" class="quiet icon-only" aria-label="Select none" onClick={clear}>
        <Icon name="cross" />
      </button>
    </div>
  );
}
