import { Icon } from "../kit/Icon";
import { useStore } from "../kit/store";
import { dismiss, toasts } from "../kit/toast";

/** What was done, for a few seconds. */
export function Toasts() {
  const all = useStore(toasts);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {all.map((t) => (
        <div key={t.id} class={`toast ${t.kind}`}>
          <Icon name={t.kind === "done" ? "check" : "warning"} />
          <span>{t.text}</span>
          <button type="button" class="quiet icon-only" aria-label="Dismiss" onClick={() => dismiss(t.id)}>
            <Icon name="cross" />
          </button>
        </div>
      ))}
    </div>
  );
}
