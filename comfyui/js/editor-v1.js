/** @file The editor, as the first generation of its API shows it to extensions. */

import { faultOfName } from './names.js'
import { Notes } from './notes.js'

const LONGEST_NOTE = 15000

/** See editor.js for what each member is for. */
export class EditorV1 {
  #app
  #badge
  #notes = new Notes()

  /**
   * @param {import('@comfyorg/comfyui-frontend-types').ComfyApp} app
   * @param {import('./badge-v1.js').BadgeV1} badge
   */
  constructor(app, badge) {
    this.#app = app
    this.#badge = badge
    this.stage = {
      find: (/** @type {string} */ id) => /** @type {any} */ (this.#node(id)),
      isShown: () => this.#app.canvas?.graph === this.#root(),
      canvas: () => this.#app.canvas?.canvas ?? null,
      view: () => this.#app.canvas?.ds ?? null,
    }
  }

  /** @param {{ title: string, message: string, value: string }} question */
  async ask({ title, message, value }) {
    const dialog = this.#app.extensionManager?.dialog
    return typeof dialog?.prompt === 'function'
      ? await dialog.prompt({ title, message, defaultValue: value })
      : window.prompt(`${title}\n\n${message}`, value)
  }

  /** @param {import('./editor.js').Note} note */
  note(note) {
    const shown = { life: LONGEST_NOTE, ...note }
    const toast = this.#app.extensionManager?.toast
    if (typeof toast?.add === 'function') {
      toast.add(shown)
    } else {
      this.#notes.add(shown)
    }
  }

  async take() {
    const { workflow, output } = await this.#app.graphToPrompt()
    return { workflow, output }
  }

  graph() {
    return this.#root()?.serialize() ?? null
  }

  title() {
    return this.#workflow()?.path ?? null
  }

  file() {
    const workflow = this.#workflow()
    return workflow && workflow.isTemporary !== true ? workflow.path : null
  }

  /**
   * Without a store of workflows, one that is saved is told by its name.
   * @param {string} file
   * @param {string} name
   */
  isActive(file, name) {
    const path = this.#workflow()?.path
    return path === undefined ? name === this.name() : path === file
  }

  name() {
    const name = /** @type {any} */ (this.#root()?.extra)?.comfyfunc?.name
    return typeof name === 'string' && faultOfName(name) === null ? name : null
  }

  /** @param {string} name */
  rename(name) {
    const root = this.#root()
    if (root) {
      root.extra ??= {}
      Object.assign(root.extra, { comfyfunc: { name } })
      this.#captureChange()
    }
  }

  /** @param {string} id */
  centre(id) {
    const canvas = this.#app.canvas
    const root = this.#root()
    const node = this.#node(id)
    if (node && canvas && root) {
      if (canvas.graph !== root) {
        canvas.setGraph?.(root)
      }
      canvas.centerOnNode?.(node)
    }
  }

  /**
   * @param {import('./badges.js').Badge} badge
   * @param {import('./badges.js').Status | null} status
   */
  showBadge(badge, status) {
    this.#badge.show(badge, status)
  }

  /** Parts of the API that this front end does not have. */
  missing() {
    const manager = /** @type {any} */ (this.#app.extensionManager)
    return [
      ...(typeof manager?.toast?.add === 'function' ? [] : ['extensionManager.toast']),
      ...(typeof manager?.dialog?.prompt === 'function' ? [] : ['extensionManager.dialog']),
      ...(manager?.workflow ? [] : ['extensionManager.workflow']),
    ]
  }

  // What the editor notices by itself only with the next click.
  #captureChange() {
    const workflow = this.#workflow()
    const tracker = /** @type {any} */ (workflow?.changeTracker)
    if (typeof tracker?.captureCanvasState === 'function') {
      tracker.captureCanvasState()
    } else if (typeof tracker?.checkState === 'function') {
      tracker.checkState()
    } else if (workflow) {
      workflow.isModified = true
    }
  }

  #root() {
    return this.#app.isGraphReady === false ? null : (this.#app.rootGraph ?? this.#app.graph ?? null)
  }

  /** @returns {{ path: string, isTemporary?: boolean, isModified: boolean, changeTracker?: unknown } | null} */
  #workflow() {
    return this.#app.extensionManager?.workflow?.activeWorkflow ?? null
  }

  /** @param {string} id */
  #node(id) {
    const root = this.#root()
    return root?.getNodeById(id) ?? (/^\d+$/.test(id) ? root?.getNodeById(Number(id)) : null) ?? null
  }
}
