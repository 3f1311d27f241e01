import type { FunctionComponent } from "preact";
import { lazy } from "../kit/Lazy";
import { RunList } from "./RunList";

const OneRun = lazy<{ id: string }>(async () => (await import("../run/pages")).RunPage);
const Compare: FunctionComponent<object> = lazy(async () => (await import("../run/pages")).ComparePage);

/** runs, runs/{id}, runs/compare?a=&b= */
export function RunsPage({ parts: [first] }: { parts: string[] }) {
  return first === undefined ? <RunList /> : first === "compare" ? <Compare /> : <OneRun key={first} id={first} />;
}
