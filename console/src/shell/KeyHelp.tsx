import { Dialog } from "../kit/Dialog";
import { bindings } from "../kit/keys";

/** Every key that does something on this page. */
export function KeyHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys of the keyboard" onClose={onClose}>
      <dl class="key-help">
        {bindings().map((b) => (
          <div key={b.key}>
            <dt>
              {b.key.split(" ").map((k) => (
                <kbd key={k}>{k === "Enter" ? "↵" : k}</kbd>
              ))}
            </dt>
            <dd>{b.does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
