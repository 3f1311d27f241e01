// Graph, nodes, subgraphs and canvas, as far as extensions see them.
const TITLE = 30

export class GraphNode {
  constructor(graph, data) {
    const { id, type, title, pos, size, mode = 0, inputs = [], widgets = [] } = structuredClone(data)
    Object.assign(this, { graph, id, type, title: title ?? type, pos, size, mode, inputs, widgets, flags: {}, properties: {} })
  }

  get boundingRect() {
    return Float32Array.of(this.pos[0], this.pos[1] - TITLE, this.size[0], this.size[1] + TITLE)
  }

  serialize() {
    return structuredClone({
      id: this.id,
      type: this.type,
      title: this.title,
      pos: this.pos,
      size: this.size,
      mode: this.mode,
      inputs: this.inputs,
      widgets: this.widgets,
      widgets_values: this.widgets.map((w) => w.value),
    })
  }
}

export class Graph {
  nodes = []
  extra = {}
  subgraphs = new Map()

  constructor(id = 'root') {
    this.id = id
  }

  getNodeById(id) {
    return this.nodes.find((n) => n.id === id || (id != null && `${n.id}` === `${id}`)) ?? null
  }

  configure(data) {
    this.nodes = (data.nodes ?? []).map((n) => new GraphNode(this, n))
    this.extra = structuredClone(data.extra ?? {})
    this.subgraphs = new Map(
      (data.definitions?.subgraphs ?? []).map((s) => {
        const subgraph = new Graph(s.id)
        subgraph.configure(s)
        return [s.id, subgraph]
      }),
    )
  }

  serialize() {
    return {
      id: this.id,
      nodes: this.nodes.map((n) => n.serialize()),
      links: [],
      extra: this.extra,
      ...(this.subgraphs.size > 0 ? { definitions: { subgraphs: [...this.subgraphs].map(([id, s]) => ({ ...s.serialize(), id })) } } : {}),
      version: 0.4,
    }
  }
}

/** The prompt of a graph; nodes within subgraphs get ids such as 1:2. */
export function promptOf(graph, root = graph, prefix = '') {
  const output = {}
  for (const node of graph.nodes) {
    const subgraph = root.subgraphs.get(node.type)
    if (subgraph) {
      Object.assign(output, promptOf(subgraph, root, `${prefix}${node.id}:`))
    } else {
      output[`${prefix}${node.id}`] = {
        class_type: node.type,
        inputs: Object.fromEntries(node.widgets.map((w) => [w.name, w.value])),
        _meta: { title: node.title },
      }
    }
  }
  return output
}

export class Canvas {
  ds = { scale: 1, offset: [0, 0] }

  constructor(canvas, graph) {
    this.canvas = canvas
    this.graph = graph
  }

  setGraph(graph) {
    this.graph = graph
  }

  centerOnNode(node) {
    const [x, y, width, height] = node.boundingRect
    this.ds.offset[0] = this.canvas.offsetWidth / 2 / this.ds.scale - (x + width / 2)
    this.ds.offset[1] = this.canvas.offsetHeight / 2 / this.ds.scale - (y + height / 2)
  }

  draw() {
    const {
      canvas,
      ds: { scale, offset },
    } = this
    const style = getComputedStyle(document.body)
    canvas.width = canvas.offsetWidth
    canvas.height = canvas.offsetHeight
    const c = canvas.getContext('2d')
    c.fillStyle = style.getPropertyValue('--canvas')
    c.fillRect(0, 0, canvas.width, canvas.height)
    c.setTransform(scale, 0, 0, scale, offset[0] * scale, offset[1] * scale)
    c.font = '13px Arial'
    for (const node of this.graph.nodes) {
      const [x, y, width, height] = node.boundingRect
      c.fillStyle = style.getPropertyValue('--node')
      c.beginPath()
      c.roundRect(x, y, width, height, 8)
      c.fill()
      c.fillStyle = style.getPropertyValue('--node-title')
      c.fillText(node.title, x + 12, y + 20)
      node.widgets.forEach((w, i) => c.fillText(`${w.name}: ${w.value}`, x + 12, y + TITLE + 22 + 22 * i, width - 24))
    }
    c.setTransform(1, 0, 0, 1, 0, 0)
  }
}
