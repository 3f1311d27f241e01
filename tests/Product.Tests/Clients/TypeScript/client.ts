import createClient from "openapi-fetch";
import type { components, paths } from "./comfyfunc.js";

const api = createClient<paths>({ baseUrl: process.argv[2] });
const body: components["schemas"]["ClientPictureInput"] = { "my sampler": { seed: 5, steps: 3 }, size: { width: 128 } };
const { data: run, error } = await api.POST("/api/workflows/client-picture", { params: { header: { Prefer: "wait=60" } }, body });
if (error) throw new Error(error.code);

const { data: again } = await api.GET("/api/runs/{id}", { params: { path: { id: run.id } } });
const image = run.outputs["my image"]?.[0];
console.log(`${again?.status} ${image?.type} ${image?.width}`);

// @ts-expect-error The workflow has no such tag.
const wrong: components["schemas"]["ClientPictureInput"] = { "my samplr": {} };
const { error: problem } = await api.POST("/api/workflows/client-picture", { body: wrong });
console.log(`${problem?.code} ${problem?.errors?.[0]?.pointer}`);

const { data: explanation } = await api.POST("/api/workflows/{name}", { params: { path: { name: "client-picture" }, query: { validateOnly: true } }, body: {} });
console.log(explanation && "valid" in explanation && explanation.valid ? "valid" : "invalid");
