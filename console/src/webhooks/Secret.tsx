import { useState } from "preact/hooks";
import { Action } from "../kit/Action";
import { Code } from "../kit/Code";
import { path } from "../kit/call";
import { Dialog } from "../kit/Dialog";
import { Icon } from "../kit/Icon";
import { Loading } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { moment } from "../kit/time";
import type { WebhookSecret } from "../kit/types";

/** Shows what deliveries are signed with, to who asks for it. */
export function SecretButton({ id }: { id: string }) {
  const [isOpen, open] = useState(false);
  return (
    <>
      <button type="button" onClick={() => open(true)} aria-label={`Secret of ${id}`}>
        <Icon name="keys" />
        Secret
      </button>
      {isOpen && <SecretDialog id={id} onClose={() => open(false)} />}
    </>
  );
}

function SecretDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const secret = useResource<WebhookSecret>({ method: "GET", path: path`webhooks/${id}/secret` });
  const until = secret.value?.previousSecretUntil;
  return (
    <Dialog
      title={`Secret of ${id}`}
      onClose={onClose}
      foot={
        <Action<WebhookSecret>
          label="Rotate"
          icon="again"
          call={{ method: "POST", path: path`webhooks/${id}/rotate` }}
          confirm={{
            title: `A new secret for ${id}?`,
            text: "For 24 hours each delivery carries a signature by either, so that the receiver can change over without a gap. A secret from a rotation before is good no more at once.",
          }}
          done="There is a new secret."
          onDone={([now]) => now && secret.set(now)}
        />
      }
    >
      {secret.problem !== null && <ProblemBox problem={secret.problem} onRetry={secret.reload} />}
      {secret.value === undefined ? (
        secret.problem === null && <Loading />
      ) : (
        <>
          <Code text={secret.value.secret} label="Secret" />
          {until && Date.parse(until) > Date.now() && <p class="muted">The one before signs as well until {moment(until)}.</p>}
        </>
      )}
    </Dialog>
  );
}
