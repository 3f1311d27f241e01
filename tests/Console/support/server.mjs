// A server of a test's own, for what the shared one is not: one that asks for keys. COMFYFUNC_DLL is the Standalone's assembly.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PATIENCE = 60_000;
const BETWEEN = 100;
const DEV = join(dirname(fileURLToPath(import.meta.url)), "../../../console/dev.mjs");

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts a process, and resolves when an address of it answers. */
async function started(command, args, env, url) {
  const process_ = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let hasEnded = false;
  for (const stream of [process_.stdout, process_.stderr]) {
    stream.on("data", (text) => (said += text));
  }

  process_.on("error", (e) => (said += e)).on("close", () => (hasEnded = true));
  for (const until = Date.now() + PATIENCE; Date.now() < until && !hasEnded; ) {
    if (await fetch(url).then((r) => r.status < 500, () => false)) {
      return process_;
    }

    await new Promise((resolve) => setTimeout(resolve, BETWEEN));
  }

  process_.kill();
  throw new Error(`${command} ${args.join(" ")} does not answer at ${url}:\n${said}`);
}

const gone = (process_) =>
  new Promise((resolve) => {
    process_.on("close", resolve);
    if (process_.exitCode !== null || process_.signalCode !== null || !process_.kill()) {
      resolve();
    }
  });

/** A server with these settings, such as "ComfyFunc:Callers:0:Client": where its API and its console are, and how it is stopped. */
export async function serve(settings) {
  const dll = process.env.COMFYFUNC_DLL;
  if (!dll) {
    throw new Error("This test starts a server of its own: COMFYFUNC_DLL is to say where ComfyFunc.Standalone.dll is.");
  }

  const data = await mkdtemp(join(tmpdir(), "comfyfunc-console-data-"));
  const url = `http://127.0.0.1:${await freePort()}/`;
  const args = Object.entries({ ...settings, Data: data, urls: url }).map(([name, value]) => `--${name}=${value}`);
  const running = [await started("dotnet", [dll, ...args], {}, new URL("api/health", url))];
  let page = url;

  // Where the console under test is served beside the server, so it is beside this one.
  if (process.env.CONSOLE_URL && new URL(process.env.CONSOLE_URL).origin !== new URL(process.env.COMFYFUNC_URL).origin) {
    const port = await freePort();
    page = `http://127.0.0.1:${port}/`;
    running.push(await started("node", [DEV, url], { PORT: String(port) }, new URL("console/", page)));
  }

  return {
    api: new URL("api/", page),
    console: new URL("console/", page),
    async stop() {
      await Promise.all(running.reverse().map(gone));
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** A call with a key. The status, and the document if there is one. */
export async function ask(api, method, path, { key, body } = {}) {
  const response = await fetch(new URL(path, api), {
    method,
    headers: { "Content-Type": "application/json", ...(key && { "X-Api-Key": key }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}
