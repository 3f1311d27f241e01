// node scenarios.mjs <scenario> with its arguments as JSON on standard input: plays one use of the client, and says what came of it as JSON.
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { ComfyFunc, ComfyFuncError, file, verifyWebhook, VERSION } from "comfyfunc";

const scenarios = {
  async succeeds({ server, folder }) {
    const seen = [];
    const run = await new ComfyFunc(server).run("sdk picture", large(5), { onProgress: (e) => seen.push(e.type), metadata: { order: 17 }, idempotencyKey: crypto.randomUUID() });
    const [output] = run.outputs["my image"];
    await output.save(`${folder}/picture.png`);
    const saved = await readFile(`${folder}/picture.png`);
    const content = await output.content();
    return {
      status: run.status,
      isDone: run.isDone,
      metadata: run.metadata,
      seed: run.seeds[0].value,
      kinds: [...new Set(seen)].sort(),
      same: saved.equals(content) && content.length === output.bytes,
      blob: (await output.blob()).type,
    };
  },

  // As it came, then replaced: its link leads nowhere.
  async downloadsAgain({ server }) {
    const run = await new ComfyFunc(server).run("sdk picture", { "my sampler": { seed: 6 } });
    const [output] = run.outputs["my image"];
    output.url = output.url.replace(/sig=[^&]+/, "sig=bm9uZQ%3D%3D").replace("/api/files/", "/api/files/A");
    return { same: (await output.content()).length === output.bytes };
  },

  async fails({ server }) {
    const comfy = new ComfyFunc(server);
    const failed = await caught(comfy.run("sdk broken", {}, { output: "base64" }));
    const refused = await caught(comfy.run("sdk picture", { "my sampler": { seed: "five" }, nobody: {} }));
    const unknown = await caught(comfy.run("sdk none"));
    const explained = await comfy.validate("sdk picture", { "my sampler": { seed: "five" } });
    return { failed, refused, unknown, explained: explained.errors.map((e) => e.pointer) };
  },

  async expires({ server }) {
    return await caught(new ComfyFunc(server).run("sdk slow", {}, { startWithin: 1 }));
  },

  async carriesFiles({ server, path }) {
    const comfy = new ComfyFunc(server);
    const bytes = await readFile(path);
    const values = [file(path), bytes, new Blob([bytes]), new File([bytes], "a.png"), new Uint8Array(bytes).buffer, createReadStream(path), new Blob([bytes]).stream(), file(bytes, "b.png"), await comfy.upload(file(path))];
    const hashes = [];
    for (const image of values) {
      const run = await comfy.run("sdk upload", { input: { image }, invert: false }, { output: { strip: "metadata" } }); // The prompt in it names the file.
      hashes.push(run.outputs.output[0].sha256);
    }

    return { hashes: [...new Set(hashes)], count: hashes.length };
  },

  async runsBatches({ server }) {
    const comfy = new ComfyFunc(server);
    const seen = [];
    const listed = await comfy.batch("sdk picture", [53, 51, 52].map((seed) => ({ "my sampler": { seed } })), { onProgress: (b) => seen.push(b.progress) });
    const swept = await comfy.batch("sdk slow", { matrix: { canvas: { color: [4, 5] } }, input: { sleep: { seconds: 0.1 } } });
    const refused = await caught(comfy.batch("sdk slow", [{ canvas: { color: "red" } }]));
    const stopping = new AbortController();
    const stopped = await caught(comfy.batch("sdk slow", [{ sleep: { seconds: 60 }, canvas: { color: 6 } }], { signal: stopping.signal, onProgress: () => stopping.abort(new Error("enough")) }));
    const ids = [];
    for await (const run of comfy.list({ batch: listed.id, limit: 1 })) {
      ids.push(run.id);
    }

    return {
      statuses: [listed.status, ...listed.runs.map((r) => r.status)],
      last: seen.at(-1),
      order: listed.runs.map((r) => r.seeds[0].value),
      listed: ids.sort().join() === listed.runs.map((r) => r.id).sort().join(),
      swept: [swept.total, ...swept.runs.map((r) => r.status)],
      refused,
      stopped,
    };
  },

  async stops({ server }) {
    const comfy = new ComfyFunc(server);
    const stopping = new AbortController();
    let id;
    const stopped = await caught(
      comfy.run("sdk slow", { sleep: { seconds: 60 }, canvas: { color: 7 } }, {
        signal: stopping.signal,
        onProgress: (e) => {
          id = e.id;
          if (e.status === "running") stopping.abort(new Error("enough"));
        },
      }),
    );
    const late = await caught(comfy.run("sdk slow", { sleep: { seconds: 60 }, canvas: { color: 8 } }, { timeout: 1 }));
    const handle = await comfy.submit("sdk slow", { sleep: { seconds: 60 }, canvas: { color: 9 } });
    const waiting = caught(handle.result());
    await handle.cancel();
    return { stopped, end: (await comfy.get(id, { wait: 30 })).status, late, canceled: await waiting };
  },

  // Nobody knows yet whether the call was carried out when it is given up.
  async stopsWhileItCalls({ server }) {
    const stopping = new AbortController();
    const running = caught(new ComfyFunc(server).run("sdk slow", { sleep: { seconds: 60 }, canvas: { color: 10 } }, { signal: stopping.signal }));
    setImmediate(() => stopping.abort(new Error("enough")));
    return await running;
  },

  async survives({ server, color }) {
    const statuses = [];
    const run = await new ComfyFunc({ baseUrl: `${server}/api/`, key: "a-key", functionKey: "a-function-key" }).run("sdk slow", { sleep: { seconds: 1.5 }, canvas: { color } }, {
      onProgress: (e) => e.type === "status" && statuses.push(e.status),
    });
    return { id: run.id, status: run.status, statuses, version: VERSION };
  },

  async follows({ server }) {
    const comfy = new ComfyFunc(server);
    const kinds = new Set();
    let last;
    for await (const event of comfy.subscribe("sdk picture", large(7), { previews: true })) {
      kinds.add(event.type === "preview" ? `${event.contentType} ${event.content.length > 0}` : event.type);
      last = event;
    }

    const again = await comfy.retry(last.id);
    const taken = await comfy.handle(again.id).result();
    const small = await comfy.run("sdk picture", {}, { output: { format: "webp", width: 16, form: "base64" } });
    return { kinds: [...kinds].sort(), status: last.run.status, retryOf: taken.retryOf === last.id, small: [small.outputs["my image"][0].contentType, small.outputs["my image"][0].width, (await small.outputs["my image"][0].content()).length > 0] };
  },

  async verifies({ deliveries, secrets }) {
    return await Promise.all(deliveries.map(async ({ body, headers, now }) => {
      try {
        return (await verifyWebhook(body, headers, secrets, { now })).type;
      } catch (error) {
        return `${error.code}: ${error.message}`;
      }
    }));
  },

  async handsNoKeyOn({ server, path }) {
    const asked = [];
    const comfy = new ComfyFunc({ baseUrl: server, key: "a-key", fetch: (url, options) => (asked.push([String(url), new Headers(options?.headers).has("x-api-key")]), fetch(url, options)) });
    const run = await comfy.run("sdk upload", { input: { image: await comfy.upload(file(path)) }, invert: false });
    await run.outputs.output[0].content();
    const own = ([url]) => url.startsWith(server) && !url.includes("/api/files/");
    return { own: asked.filter(own).every(([, has]) => has), foreign: asked.filter((a) => !own(a)).map(([, has]) => has) };
  },

  async isLedElsewhere({ elsewhere }) {
    const comfy = new ComfyFunc({ baseUrl: elsewhere, key: "a-key" });
    return await caught(comfy.run("x", {}));
  },
};

// Large enough that there is something to see of its making.
const large = (seed) => ({ "my sampler": { seed, steps: 60 }, size: { width: 1024, height: 1024 } });

async function caught(promise) {
  try {
    await promise;
    return "nothing was thrown";
  } catch (error) {
    const { code, status, errors, retryable, run, traceId } = error;
    return error instanceof ComfyFuncError ? { code, status, pointers: errors.map((e) => e.pointer), retryable, run: run?.status, node: run?.error?.node?.tag, traced: !!traceId } : error.message;
  }
}

const given = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(await scenarios[process.argv[2]](given)));
