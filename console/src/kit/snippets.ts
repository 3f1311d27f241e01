import { type Call, apiBase, urlOf } from "./call";
import { toJson } from "./json";
import type { Values } from "./types";

/** Calls as code that people paste. The key is never in it: it is read from $COMFYFUNC_KEY. */

export interface Snippet {
  label: string;
  text: string;
}

/** Whether callers need a key, and one of the platform; then the code sends them. Set at sign-in. */
export const keyUse = { isNeeded: false, isPlatform: false };

/** Headers with keys, and the variables that hold them. */
const keyHeaders = (): [string, string][] => [
  ...(keyUse.isNeeded ? [["X-Api-Key", "COMFYFUNC_KEY"] as [string, string]] : []),
  ...(keyUse.isPlatform ? [["x-functions-key", "COMFYFUNC_FUNCTION_KEY"] as [string, string]] : []),
];

/** The same as words of a curl command. */
export const keyWords = (): string[] => keyHeaders().map(([name, variable]) => `-H "${name}: $${variable}"`);

const forShell = (text: string): string => (/^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const isChange = (call: Call): boolean => call.method !== "GET" && call.method !== "HEAD";

function headersOf(call: Call): [string, string][] {
  const headers = Object.entries(call.headers ?? {});
  return isChange(call) && !(call.body instanceof FormData) && call.headers?.["Content-Type"] === undefined
    ? [["Content-Type", "application/json"], ...headers]
    : headers;
}

/** A call as a curl command for a POSIX shell. */
export function curlOf(call: Call): string {
  const parts = [`curl ${call.method === "GET" ? "" : `-X ${call.method} `}${forShell(urlOf(call))}`];
  parts.push(...keyWords());
  parts.push(...headersOf(call).map(([name, value]) => `-H ${forShell(`${name}: ${value}`)}`));
  if (call.body instanceof FormData) {
    parts.push(...[...call.body].map(([name, v]) => `-F ${forShell(`${name}=${typeof v === "string" ? v : `@${v.name}`}`)}`));
  } else if (call.body instanceof Blob) {
    parts.push(`--data-binary ${forShell(`@${call.body instanceof File ? call.body.name : "file"}`)}`);
  } else if (call.body !== undefined) {
    parts.push(`-d ${forShell(toJson(call.body))}`);
  }

  return parts.join(" \\\n  ");
}

export const curlOfAll = (calls: Call[]): string => calls.map(curlOf).join("\n\n");

/** A call by Python's standard library. */
export function pythonOf(call: Call): string {
  const headers = [...headersOf(call).map(([n, v]) => `${quoted(n)}: ${quoted(v)}`), ...keyHeaders().map(([n, v]) => `${quoted(n)}: os.environ[${quoted(v)}]`)];
  const body = call.body === undefined || call.body instanceof FormData || call.body instanceof Blob ? "" : `,\n    data=json.dumps(${pythonValue(call.body)}).encode()`;
  return `import json${keyHeaders().length > 0 ? ", os" : ""}, urllib.request

request = urllib.request.Request(
    ${quoted(urlOf(call))},
    method=${quoted(call.method)}${headers.length > 0 ? `,\n    headers={${headers.join(", ")}}` : ""}${body},
)
with urllib.request.urlopen(request) as response:
    print(json.load(response))`;
}

/** A run of a workflow, with these values, in all the languages that callers have. */
export function runSnippets(run: { workflow: string; version?: number | string | null; values: Values; query?: Call["query"]; wait?: string }): Snippet[] {
  const { workflow, version, values, query, wait = "60" } = run;
  const path = `workflows/${encodeURIComponent(workflow)}${version ? `/versions/${encodeURIComponent(version)}` : ""}`;
  const call: Call = { method: "POST", path, query, headers: { Prefer: `wait=${wait}` }, body: values };
  return [
    { label: "curl", text: curlOf(call) },
    { label: "C#", text: csharpRun(workflow, version, values) },
    { label: "TypeScript", text: typescriptRun(workflow, version, values) },
    { label: "Python", text: pythonOf(call) },
  ];
}

const base = (): string => apiBase().replace(/\/api\/$/, "");

function csharpRun(workflow: string, version: number | string | null | undefined, values: Values): string {
  const options = version ? `, new() { Version = ${quoted(String(version))} }` : "";
  return `// dotnet add package ComfyFunc.Client
using ComfyFunc.Client;

using var comfy = new ComfyFuncClient(${csharpClient()});
var run = await comfy.RunAsync(${quoted(workflow)}, ${csharpValue(values, 0)}${options});
foreach (var (tag, outputs) in run.Outputs)
{
    Console.WriteLine($"{tag}: {outputs.Count}");
}`;
}

function csharpClient(): string {
  const ofEnvironment = (name: string): string => `Environment.GetEnvironmentVariable(${quoted(name)})`;
  const key = keyUse.isNeeded ? ofEnvironment("COMFYFUNC_KEY") : "";
  if (!keyUse.isPlatform) {
    return `${quoted(base())}${key && `, ${key}`}`;
  }

  const members = [`BaseUrl = new(${quoted(base())})`, ...(key ? [`Key = ${key}`] : []), `FunctionKey = ${ofEnvironment("COMFYFUNC_FUNCTION_KEY")}`];
  return `new ComfyFuncClientOptions\n${braces("{", members, "}", 0)}`;
}

function typescriptRun(workflow: string, version: number | string | null | undefined, values: Values): string {
  const options = version ? `, { version: ${quoted(String(version))} }` : "";
  return `// npm install comfyfunc
import { ComfyFunc } from "comfyfunc";

const comfy = new ComfyFunc({ baseUrl: ${quoted(base())}${typescriptKeys()} });
const run = await comfy.run(${quoted(workflow)}, ${scriptValue(values, 0)}${options});
console.log(run.outputs);`;
}

const typescriptKeys = (): string =>
  (keyUse.isNeeded ? ", key: process.env.COMFYFUNC_KEY" : "") + (keyUse.isPlatform ? ", functionKey: process.env.COMFYFUNC_FUNCTION_KEY" : "");

// JSON's strings are strings of Python, C# and JavaScript too.
const quoted = (text: string): string => JSON.stringify(text);

const isName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

const isRecord = (value: unknown): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);

const indent = (depth: number): string => "  ".repeat(depth);

/** Members in one line where they are short, else one a line. */
function braces(open: string, members: string[], close: string, depth: number): string {
  const line = `${open} ${members.join(", ")} ${close}`;
  return members.length === 0
    ? `${open}${close}`
    : line.length <= 80 && !line.includes("\n")
      ? line
      : `${open}\n${members.map((m) => `${indent(depth + 1)}${m}`).join(",\n")},\n${indent(depth)}${close}`;
}

function scriptValue(value: unknown, depth: number): string {
  if (Array.isArray(value)) {
    return braces("[", value.map((v) => scriptValue(v, depth + 1)), "]", depth);
  }

  if (isRecord(value)) {
    return braces("{", Object.entries(value).map(([n, v]) => `${isName(n) ? n : quoted(n)}: ${scriptValue(v, depth + 1)}`), "}", depth);
  }

  return typeof value === "bigint" ? `${value}n` : (JSON.stringify(value) ?? "undefined");
}

function pythonValue(value: unknown, depth = 1): string {
  if (Array.isArray(value)) {
    return braces("[", value.map((v) => pythonValue(v, depth + 1)), "]", depth);
  }

  if (isRecord(value)) {
    return braces("{", Object.entries(value).map(([n, v]) => `${quoted(n)}: ${pythonValue(v, depth + 1)}`), "}", depth);
  }

  return value === null || value === undefined ? "None" : value === true ? "True" : value === false ? "False" : typeof value === "string" ? quoted(value) : String(value);
}

const CSHARP_WORDS = new Set(
  ("abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit " +
    "extern false finally fixed float for foreach goto if implicit in int interface internal is lock long namespace new null object operator out " +
    "override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static string struct switch this throw " +
    "true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while").split(" "),
);

function csharpValue(value: unknown, depth: number): string {
  if (Array.isArray(value)) {
    return braces("new object?[] {", value.map((v) => csharpValue(v, depth + 1)), "}", depth);
  }

  if (isRecord(value)) {
    const members = Object.entries(value);
    return members.length > 0 && members.every(([n, v]) => isName(n) && v !== null)
      ? braces("new {", members.map(([n, v]) => `${CSHARP_WORDS.has(n) ? "@" : ""}${n} = ${csharpValue(v, depth + 1)}`), "}", depth)
      : braces("new Dictionary<string, object?> {", members.map(([n, v]) => `[${quoted(n)}] = ${csharpValue(v, depth + 1)}`), "}", depth);
  }

  return value === undefined ? "null" : typeof value === "bigint" ? `${value}${value > 9223372036854775807n ? "UL" : "L"}` : JSON.stringify(value);
}
