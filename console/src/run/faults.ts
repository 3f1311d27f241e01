/** What to do about a run that failed, by its code: docs/faults.md says what each means. */

export interface Advice {
  what: string;
  todo: string;
}

const ADVICE: Record<string, Advice> = {
  no_capable_host: {
    what: "No host of the pool has the node classes or model files that this workflow needs.",
    todo: "Install what the message names on a host, or add a host that has it. The workflow’s page says which host lacks what.",
  },
  start_deadline_exceeded: {
    what: "It had not begun to execute by its start deadline.",
    todo: "Add hosts or slots, or let calls wait longer: startWithin on the call, on the workflow, or as the setting.",
  },
  run_timeout: {
    what: "It had not ended by its finish deadline, so its prompt was stopped.",
    todo: "Give it longer (finishWithin), or ask for less: fewer steps, a smaller picture.",
  },
  host_lost: {
    what: "It lost its host on every attempt.",
    todo: "Look at the hosts below: their state says why they went. Then run it again.",
  },
  poison_workflow: {
    what: "Two hosts were lost while they executed it, or calls like it. It is not tried again, so that it takes down no more.",
    todo: "Find what in the workflow brings a host down: mostly memory, or a custom node that crashes the process.",
  },
  invalid_workflow: {
    what: "Every host that could take it refused the prompt.",
    todo: "The message is ComfyUI’s. Mend the workflow and save it again: a host may have been updated since.",
  },
  input_too_large: {
    what: "Every host that could take it takes smaller files only.",
    todo: "Send a smaller file, or start ComfyUI with a larger --max-upload-size.",
  },
  node_failed: {
    what: "A node raised an error, or somebody interrupted the prompt on its host.",
    todo: "The message is the node’s. Change its values and run it again; if it fails with every value, mend the workflow.",
  },
  gpu_out_of_memory: {
    what: "The GPU ran out of memory, also on a larger host if there is one.",
    todo: "Ask for a smaller picture or batch, or demand more with minVramGb.",
  },
  outputs_unavailable: {
    what: "ComfyUI named files that were gone, or pictures that come over its socket did not, also after executing anew.",
    todo: "See that nothing cleans the output folder while prompts run. Then run it again.",
  },
  input_unreachable: {
    what: "A file that the call names by its address could not be fetched.",
    todo: "See that the address answers, or upload the file.",
  },
  storage_unavailable: { what: "Storage did not answer.", todo: "See /api/ready. Then run it again." },
};

export const adviceOn = (code: string): Advice | undefined => ADVICE[code];
