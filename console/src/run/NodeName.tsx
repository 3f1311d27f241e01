import { useResource } from "../kit/resource";
import { path } from "../kit/call";
import { may } from "../kit/session";
import type { Run, RunNode, Workflow } from "../kit/types";

/** What the nodes of a workflow are called, by their ids. */
export type NodeNames = (id: string) => string;

/** The names of a run's nodes: from its prompt for who may see it, else from the contract. */
export function useNodeNames(run: Run | undefined): NodeNames {
  const include = may("author") ? "prompt" : undefined;
  const { value } = useResource<Workflow>(
    run === undefined ? null : { method: "GET", path: path`workflows/${run.workflow}/versions/${run.version}`, query: { include } },
  );
  const prompt = (value?.prompt ?? {}) as Record<string, { class_type?: string; _meta?: { title?: string } } | undefined>;
  return (id) => {
    const inPrompt = prompt[id];
    const tag = value?.contract.tags.find((t) => t.nodes.some((n) => n.id === id));
    return inPrompt?._meta?.title ?? inPrompt?.class_type ?? tag?.nodes.find((n) => n.id === id)?.class ?? `node ${id}`;
  };
}

/** A node with all that is known of it. */
export const NodeName = ({ node, names }: { node: RunNode; names: NodeNames }) => (
  <span class="node-name">
    <code>{node.id}</code> {names(node.id)}
    {node.class !== undefined && names(node.id) !== node.class && <span class="muted"> {node.class}</span>}
    {node.tag !== undefined && <span class="muted"> [{node.tag}]</span>}
  </span>
);
