import { runClientPicture } from "./comfyfunc.js";

const server = process.argv[2];
const send = globalThis.fetch;
globalThis.fetch = (path, init) => send(`${server}${path}`, init);

const { data: run, status } = await runClientPicture({ "my sampler": { seed: 5, steps: 3 }, size: { width: 128 } }, undefined, { headers: { Prefer: "wait=60" } });
if (status !== 200) throw new Error(`${status}`);
const image = run.outputs["my image"]?.[0];
console.log(`${status} ${run.status} ${image?.type} ${image?.width}`);
