import { Action } from "../kit/Action";
import { path } from "../kit/call";

/** Takes a receiver away. */
export function RemoveWebhook({ id, onGone }: { id: string; onGone: () => void }) {
  return (
    <Action
      label="Remove"
      icon="trash"
      kind="danger"
      call={{ method: "DELETE", path: path`webhooks/${id}` }}
      confirm={{ title: `Remove ${id}?`, text: "It is told nothing more, what is on its way included, and its secret is gone." }}
      done={`${id} is told nothing more.`}
      onDone={onGone}
    />
  );
}
