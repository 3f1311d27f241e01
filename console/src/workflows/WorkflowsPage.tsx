import { WorkflowList } from "./WorkflowList";
import { WorkflowPage } from "./WorkflowPage";

/** The list of workflows, or one of them: workflows/{name}/{view}. */
export function WorkflowsPage({ parts: [name, view = "run"] }: { parts: string[] }) {
  return name === undefined ? <WorkflowList /> : <WorkflowPage key={name} name={name} view={view} />;
}
