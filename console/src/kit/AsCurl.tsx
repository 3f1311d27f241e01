import { useState } from "preact/hooks";
import type { Call } from "./call";
import { Code } from "./Code";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";
import { curlOfAll, keyUse } from "./snippets";

/** Shows what an action sends, as a curl command: everything here is public API. */
export function AsCurl({ calls, what }: { calls: Call | Call[] | (() => Call | Call[]); what: string }) {
  const [isOpen, open] = useState(false);
  const said = (): Call[] => [typeof calls === "function" ? calls() : calls].flat();
  return (
    <>
      <button type="button" class="quiet icon-only curl" aria-label={`${what} as curl`} title="as curl" onClick={() => open(true)}>
        <Icon name="curl" />
      </button>
      {isOpen && (
        <Dialog title={`${what} as curl`} onClose={() => open(false)} isWide>
          <Code text={curlOfAll(said())} label="curl" />
          {(keyUse.isNeeded || keyUse.isPlatform) && (
            <p class="muted">
              Put your key into the environment first: <code>export {keyUse.isNeeded ? "COMFYFUNC_KEY" : "COMFYFUNC_FUNCTION_KEY"}=…</code>
            </p>
          )}
        </Dialog>
      )}
    </>
  );
}
