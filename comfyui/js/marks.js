/** @file Frames around nodes that were refused, with what is wrong with each. They lie over the canvas, whatever draws the nodes. */

import { el } from './dom.js'
import { addStyles } from './styles.js'

const TITLE_HEIGHT = 30
const MARGIN = 6

/**
 * @typedef {{ id: number | string, type?: string | null, mode?: number, pos: ArrayLike<number>, size: ArrayLike<number>,
 *   flags?: { collapsed?: boolean }, graph?: unknown, boundingRect?: ArrayLike<number>, inputs?: readonly any[],
 *   widgets?: readonly any[], title?: string }} CanvasNode
 * @typedef {{ find: (id: string) => CanvasNode | null, isShown: (node: CanvasNode) => boolean, canvas: () => HTMLCanvasElement | null,
 *   view: () => { scale: number, offset: ArrayLike<number> } | null }} Stage
 */

export class Marks {
  /** @type {Map<string, { node: CanvasNode, print: string, frame: HTMLElement }>} */
  #marks = new Map()

  #layer = el('div', { class: 'comfyfunc-marks', 'aria-hidden': 'true' })

  #frameRequest = 0

  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage
  }

  /** @param {Map<string, readonly string[]>} messages By the node's id. */
  show(messages) {
    this.clear()
    for (const [id, told] of messages) {
      const node = this.stage.find(id)
      if (node) {
        const frame = el('div', { class: 'comfyfunc-mark', 'data-node': id }, el('span', {}, told.join('\n')))
        this.#marks.set(id, { node, print: printOf(node), frame })
        this.#layer.append(frame)
      }
    }
    if (this.#marks.size > 0) {
      addStyles()
      this.stage.canvas()?.parentElement?.append(this.#layer)
      this.#draw()
    }
  }

  /** Takes the marks off the nodes that are not as they were refused. */
  review() {
    for (const [id, { node, print }] of this.#marks) {
      if (this.stage.find(id) !== node || printOf(node) !== print) {
        this.#drop(id)
      }
    }
  }

  clear() {
    for (const id of [...this.#marks.keys()]) {
      this.#drop(id)
    }
  }

  /** @returns {string[]} */
  get ids() {
    return [...this.#marks.keys()]
  }

  /** @param {string} id */
  #drop(id) {
    this.#marks.get(id)?.frame.remove()
    this.#marks.delete(id)
    if (this.#marks.size === 0) {
      cancelAnimationFrame(this.#frameRequest)
      this.#layer.remove()
    }
  }

  #draw() {
    const view = this.stage.view()
    const canvas = this.stage.canvas()
    if (canvas) {
      cover(this.#layer, canvas)
    }
    for (const [id, { node, frame }] of this.#marks) {
      if (this.stage.find(id) !== node) {
        this.#drop(id)
        continue
      }
      const isShown = view !== null && this.stage.isShown(node)
      frame.hidden = !isShown
      if (isShown) {
        place(frame, areaOf(node), view)
      }
    }
    if (this.#marks.size > 0) {
      this.#frameRequest = requestAnimationFrame(() => this.#draw())
    }
  }
}

/**
 * What of a node a save would notice: not where it lies.
 * @param {CanvasNode} node
 */
export function printOf(node) {
  return [
    node.type,
    node.mode,
    node.title,
    ...(node.inputs ?? []).map((i) => `${i.name}<${i.link}`),
    ...(node.widgets ?? []).map((w) => `${w.name}=${valueOf(w.value)}`),
  ].join('\n')
}

/**
 * A widget's value as text; packs have values that are no JSON.
 * @param {unknown} value
 */
function valueOf(value) {
  try {
    return typeof value === 'object' ? JSON.stringify(value) : `${String(value)}`
  } catch {
    return ''
  }
}

/**
 * @param {CanvasNode} node
 * @returns {readonly [number, number, number, number]} x, y, width, height on the canvas, the title within.
 */
export function areaOf(node) {
  const [x, y, width, height] = node.boundingRect ? Array.from(node.boundingRect) : []
  return width && height
    ? [x, y, width, height]
    : [node.pos[0], node.pos[1] - TITLE_HEIGHT, node.size[0], (node.flags?.collapsed ? 0 : node.size[1]) + TITLE_HEIGHT]
}

/**
 * @param {HTMLElement} layer
 * @param {HTMLCanvasElement} canvas
 */
function cover(layer, canvas) {
  layer.style.left = `${canvas.offsetLeft}px`
  layer.style.top = `${canvas.offsetTop}px`
  layer.style.width = `${canvas.offsetWidth}px`
  layer.style.height = `${canvas.offsetHeight}px`
}

/**
 * @param {HTMLElement} frame
 * @param {readonly [number, number, number, number]} area
 * @param {{ scale: number, offset: ArrayLike<number> }} view
 */
function place(frame, [x, y, width, height], { scale, offset }) {
  frame.style.left = `${(x + offset[0]) * scale - MARGIN}px`
  frame.style.top = `${(y + offset[1]) * scale - MARGIN}px`
  frame.style.width = `${width * scale + 2 * MARGIN}px`
  frame.style.height = `${height * scale + 2 * MARGIN}px`
}
