import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { send } from "./api";
import { AsCurl } from "./AsCurl";
import type { Call } from "./call";
import { Dialog } from "./Dialog";
import { Icon, type IconName } from "./Icon";
import { Problem } from "./problem";
import { ProblemBox } from "./ProblemBox";
import { counted } from "./text";
import { toast } from "./toast";

/** What is asked before an action is carried out. */
export interface Confirmation {
  title: string;
  text: ComponentChildren;
}

export interface ActionProps<T> {
  /** What it does: the button's text. */
  label: string;
  icon?: IconName;

  /** What it sends, in this order; several at once are counted. */
  call: Call | Call[];
  kind?: "primary" | "danger" | "plain" | "quiet";
  confirm?: Confirmation;
  disabled?: boolean;

  /** A word on what was done; none where the page shows it anyway. */
  done?: string;

  /** The answers of the calls that went well. */
  onDone?: (answers: T[]) => void;

  /** Where a problem is shown; else it is shown in a dialog. */
  onProblem?: (problem: Problem) => void;
}

const AT_ONCE = 6;

/** Sends calls, a few at a time: the answers, and the problems by the call's place. */
export async function sendAll<T>(calls: Call[]): Promise<{ answers: T[]; problems: Problem[] }> {
  const answers: T[] = [];
  const problems: Problem[] = [];
  const waiting = [...calls];
  const worker = async (): Promise<void> => {
    for (let call = waiting.shift(); call !== undefined; call = waiting.shift()) {
      try {
        answers.push(await send<T>(call));
      } catch (error) {
        problems.push(Problem.of(error));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, calls.length) }, worker));
  return { answers, problems };
}

/** A button that calls the API, with what it sends "as curl" beside it. */
export function Action<T = unknown>(props: ActionProps<T>) {
  const { label, icon, call, kind = "plain", confirm, disabled = false, done, onDone, onProblem } = props;
  const [isBusy, setBusy] = useState(false);
  const [isAsking, ask] = useState(false);
  const [problems, setProblems] = useState<Problem[]>([]);
  const calls = [call].flat();

  const carryOut = async (): Promise<void> => {
    setBusy(true);
    const { answers, problems: all } = await sendAll<T>(calls);
    setBusy(false);
    ask(false);
    const [first] = all;
    if (first !== undefined) {
      if (onProblem !== undefined) {
        onProblem(first);
      } else {
        setProblems(all);
      }
    } else if (done !== undefined) {
      toast(done);
    }

    if (answers.length > 0) {
      onDone?.(answers);
    }
  };

  return (
    <span class="action">
      <button
        type="button"
        class={kind}
        disabled={disabled || isBusy || calls.length === 0}
        aria-busy={isBusy}
        onClick={() => (confirm === undefined ? void carryOut() : ask(true))}
      >
        {icon !== undefined && <Icon name={icon} />}
        {label}
      </button>
      <AsCurl calls={calls} what={label} />
      {isAsking && confirm !== undefined && (
        <Dialog
          title={confirm.title}
          onClose={() => ask(false)}
          foot={
            <>
              <button type="button" onClick={() => ask(false)}>
                Leave it
              </button>
              <button type="button" class={kind === "danger" ? "danger" : "primary"} disabled={isBusy} onClick={() => void carryOut()}>
                {isBusy ? "…" : label}
              </button>
            </>
          }
        >
          {typeof confirm.text === "string" ? <p>{confirm.text}</p> : confirm.text}
        </Dialog>
      )}
      {problems.length > 0 && (
        <Dialog
          title={calls.length > 1 ? `${label}: ${problems.length} of ${counted(calls.length, "call")} refused` : `${label} was refused`}
          onClose={() => setProblems([])}
        >
          {problems.slice(0, 5).map((p, i) => (
            <ProblemBox key={i} problem={p} />
          ))}
          {problems.length > 5 && <p class="muted">and {problems.length - 5} more</p>}
        </Dialog>
      )}
    </span>
  );
}
