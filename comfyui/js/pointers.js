/** @file Which node of the editor a pointer into what was sent means. */

/**
 * @typedef {{ id: number | string, type?: string }} GraphNode
 * @typedef {{ id: string, nodes?: GraphNode[] }} SubgraphDefinition
 * @typedef {{ nodes?: GraphNode[], definitions?: { subgraphs?: SubgraphDefinition[] } }} Graph
 */

/**
 * The segments of a JSON pointer (RFC 6901).
 * @param {unknown} pointer
 * @returns {string[]}
 */
export function segmentsOf(pointer) {
  return typeof pointer === 'string' && pointer.startsWith('/')
    ? pointer
        .slice(1)
        .split('/')
        .map((s) => s.replaceAll('~1', '/').replaceAll('~0', '~'))
    : []
}

/**
 * The node of the outermost graph that a pointer leads to, or into: of nodes within subgraphs, the instance that holds them.
 * @param {unknown} pointer
 * @param {Graph | null | undefined} graph What was sent as "workflow".
 * @returns {string | null} null when it is about no node.
 */
export function nodeOfPointer(pointer, graph) {
  const [document, first, second, ...rest] = segmentsOf(pointer)
  if (document === 'prompt' && first) {
    return outermostOf(first)
  }
  if (document === 'workflow' && first === 'nodes') {
    return idAt(graph?.nodes, second)
  }
  if (document === 'workflow' && first === 'definitions' && second === 'subgraphs') {
    const subgraph = graph?.definitions?.subgraphs?.[Number(rest[0])]
    return subgraph ? instanceOf(subgraph.id, graph, new Set()) : null
  }
  return null
}

/**
 * What is wrong, by the node that it is wrong with.
 * @param {readonly { pointer?: string, detail?: string }[] | null | undefined} errors
 * @param {Graph | null | undefined} graph
 * @returns {Map<string, string[]>} In the order of the errors.
 */
export function messagesByNode(errors, graph) {
  const messages = new Map()
  for (const { pointer, detail } of errors ?? []) {
    const id = nodeOfPointer(pointer, graph)
    if (id !== null) {
      messages.set(id, [...(messages.get(id) ?? []), detail ?? 'This node is refused.'])
    }
  }
  return messages
}

/** @param {string} executionId Such as 1:2:3. */
function outermostOf(executionId) {
  return executionId.split(':')[0] ?? executionId
}

/**
 * @param {readonly GraphNode[] | undefined} nodes
 * @param {string | undefined} index
 */
function idAt(nodes, index) {
  const node = nodes?.[Number(index)]
  return node === undefined ? null : `${node.id}`
}

/**
 * The node that shows a subgraph, or one that shows it further within.
 * @param {string} subgraph
 * @param {Graph | null | undefined} graph
 * @param {Set<string>} seen Against definitions that hold one another.
 * @returns {string | null}
 */
function instanceOf(subgraph, graph, seen) {
  const direct = graph?.nodes?.find((n) => n.type === subgraph)
  if (direct) {
    return `${direct.id}`
  }
  seen.add(subgraph)
  const holders = graph?.definitions?.subgraphs?.filter((s) => !seen.has(s.id) && s.nodes?.some((n) => n.type === subgraph)) ?? []
  for (const holder of holders) {
    const found = instanceOf(holder.id, graph, seen)
    if (found !== null) {
      return found
    }
  }
  return null
}
