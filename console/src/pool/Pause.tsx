import { Action } from "../kit/Action";
import { Note } from "../kit/Note";
import { may } from "../kit/session";
import { counted } from "../kit/text";
import { Ago } from "../kit/Ago";
import type { QueueHead } from "../kit/types";

interface PauseProps {
  head: QueueHead;
  onChange: (head: QueueHead) => void;
}

/** Lets the queue rest, or move again. */
export function PauseOrResume({ head, onChange }: PauseProps) {
  return head.paused ? (
    <Action<QueueHead>
      label="Resume the queue"
      icon="play"
      kind="primary"
      call={{ method: "POST", path: "queue/resume" }}
      done="The queue moves."
      onDone={([now]) => now && onChange(now)}
    />
  ) : (
    <Action<QueueHead>
      label="Pause the queue"
      icon="pause"
      call={{ method: "POST", path: "queue/pause" }}
      confirm={{
        title: "Pause the queue?",
        text: (
          <>
            <p>Nobody gets a slot until it is resumed: not on any host, in any process, after no restart.</p>
            <p>
              Calls are still taken and wait, and what has its slot goes on to its end. What waits past its start deadline expires as always.
              {head.total > 0 && ` ${counted(head.total, "run")} ${head.total === 1 ? "waits" : "wait"} now.`}
            </p>
          </>
        ),
      }}
      done="The queue is paused."
      onDone={([now]) => now && onChange(now)}
    />
  );
}

/** Says that nothing moves, and since when. */
export function PausedNote({ head }: { head: QueueHead }) {
  return (
    <Note
      tone="warn"
      icon="pause"
      title={
        <>
          The queue was paused{head.pausedAt && <> <Ago at={head.pausedAt} /></>}: nobody gets a slot.
        </>
      }
    >
      <p>
        Calls are taken and wait; what has its slot goes on to its end.
        {!may("admin") && " An administrator resumes it."}
      </p>
    </Note>
  );
}
