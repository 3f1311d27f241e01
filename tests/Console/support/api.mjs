// The server's API, to make what the console shows.
import { API } from "./browser.mjs";

const PATIENCE = 60_000;
const ENDED = new Set(["succeeded", "failed", "canceled", "expired"]);

export async function call(method, path, body, headers = {}) {
  const response = await fetch(new URL(path, API), {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${text}`);
  }

  return text === "" ? null : JSON.parse(text);
}

/** Starts a run, and says its id. */
export const start = async (workflow, values = {}, query = "") => (await call("POST", `workflows/${encodeURIComponent(workflow)}${query}`, values)).id;

/** Waits for a run's end, and answers it. */
export async function ended(id) {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const run = await call("GET", `runs/${id}`, undefined, { Prefer: "wait=10" });
    if (ENDED.has(run.status)) {
      return run;
    }

    if (Date.now() > until) {
      throw new Error(`Run ${id} is still ${run.status}.`);
    }
  }
}

export const run = async (workflow, values = {}, query = "") => ended(await start(workflow, values, query));

/** Markup that would be seen if it became an element, and would tell if it ran. */
export const MARKUP = `<img src=x onerror="window.hacked=1"><b>bold</b><script>window.hacked=1</script>`;

const BLANK = (color) => ({ class_type: "EmptyImage", inputs: { width: 96, height: 64, batch_size: 1, color }, _meta: { title: "Blank [blank:color]" } });

/** Saves the workflows that the tests run. The names say what they do. */
export async function saveWorkflows() {
  await call("PUT", "workflows/console-picture", {
    5: BLANK(3368601),
    6: { class_type: "SaveImage", inputs: { images: ["5", 0], filename_prefix: "picture" }, _meta: { title: "Save [picture]" } },
  });
  await call("PUT", "workflows/console-everything", {
    1: { class_type: "SimTone", inputs: { seconds: 0.5, hertz: 440 }, _meta: { title: "Tone" } },
    2: { class_type: "SaveAudio", inputs: { audio: ["1", 0], filename_prefix: "tone" }, _meta: { title: "Sound [sound]" } },
    3: { class_type: "SimMesh", inputs: {}, _meta: { title: "Mesh" } },
    4: { class_type: "SaveGLB", inputs: { mesh: ["3", 0], filename_prefix: "mesh/it" }, _meta: { title: "Model [model]" } },
    5: BLANK(255),
    6: { class_type: "SaveImage", inputs: { images: ["5", 0], filename_prefix: "picture" }, _meta: { title: "Save [picture]" } },
    7: { class_type: "SimText", inputs: { text: "A lighthouse.\nThe sea is calm." }, _meta: { title: "Caption [caption:text]" } },
  });
  await call("PUT", "workflows/console-failing", {
    5: BLANK(1),
    1: {
      class_type: "SimFail",
      inputs: { image: ["5", 0], message: "It failed, as it was told to.", exception_type: "RuntimeError" },
      _meta: { title: "Break [breaker]" },
    },
    2: { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "never" }, _meta: { title: "Save [picture]" } },
  });
  await call("PUT", "workflows/console-slow", {
    5: BLANK(2),
    1: { class_type: "SimProgress", inputs: { image: ["5", 0], steps: 50, seconds: 300 }, _meta: { title: "Work slowly [work]" } },
    2: { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "slow" }, _meta: { title: "Save [picture]" } },
  });
}

/** A workflow with markup wherever a person can put words; its name is all that must be a name. */
export async function saveMarkup() {
  await call("PUT", "workflows/console-markup", {
    5: { class_type: "EmptyImage", inputs: { width: 32, height: 32, batch_size: 1, color: 7 }, _meta: { title: `${MARKUP} [blank:color]` } },
    6: { class_type: "SaveImage", inputs: { images: ["5", 0], filename_prefix: "a_<b>bold<b>" }, _meta: { title: `${MARKUP} [<b>tag</b>]` } },
    7: { class_type: "SimText", inputs: { text: MARKUP }, _meta: { title: "Caption [caption:text]" } },
    1: {
      class_type: "SimFail",
      inputs: { image: ["5", 0], message: MARKUP, exception_type: MARKUP },
      _meta: { title: `${MARKUP} [break:message,exception_type]` },
    },
    2: { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "never" }, _meta: { title: "Save [never]" } },
  });
}
