/**
 * @file The editor as extensions of the first generation see it (app.registerExtension, front ends 1.39 and later). All that is known of
 * that API is here; an adapter of another generation stands beside this one and offers the same.
 */

import { badgeOf } from './badges.js'
import { Notes } from './notes.js'
import { faultOfName } from './names.js'
import { Pack } from './pack.js'
import { Publishing } from './publishing.js'
import { watchSaves } from './saves.js'
import { PACK_SETTINGS } from './setting-list.js'
import { SettingRows } from './setting-rows.js'
import { StatusLine } from './status-line.js'

/**
 * @typedef {import('@comfyorg/comfyui-frontend-types').ComfyApp} ComfyApp
 * @typedef {import('@comfyorg/comfyui-frontend-types').ComfyApi} ComfyApi
 * @typedef {import('@comfyorg/comfyui-frontend-types').ComfyExtension} ComfyExtension
 * @typedef {{ badge: import('./badges.js').Badge, status: import('./badges.js').Status | null }} Shown
 */

const NAME = 'ComfyFunc'
const LONGEST_NOTE = 15000

// How long a bar may take to draw what changed before the pack shows it itself.
const PATIENCE = 3000

// Where what the badge shows is kept in the editor's store: the store is reactive, and what reads it is drawn anew.
const SHOWN = Symbol('ComfyFunc badge')

/**
 * @param {ComfyApp} app
 * @param {ComfyApi} api
 */
export function register(app, api) {
  const editor = new EditorV1(app)
  const pack = new Pack((route, options) => api.fetchApi(route, options))
  const publishing = new Publishing(editor, pack)
  const rows = new SettingRows(publishing.known, pack, (note) => editor.note(note))
  editor.statusLine = new StatusLine(() => publishing.showEndpoint(), () => publishing.publish())
  const extension = extensionOf(editor, publishing, rows, api)
  const { watched, unread } = watchedParts(extension)
  app.registerExtension(watched)
  editor.lacks(unread(['commands', 'keybindings', 'menuCommands', 'settings']))
  return publishing
}

/**
 * @param {EditorV1} editor
 * @param {Publishing} publishing
 * @param {SettingRows} rows
 * @param {ComfyApi} api
 * @returns {ComfyExtension}
 */
function extensionOf(editor, publishing, rows, api) {
  return {
    name: NAME,
    commands: [
      command('comfyfunc.publish', 'Save API Endpoint', 'pi pi-cloud-upload', () => publishing.publish()),
      command('comfyfunc.publishAs', 'Save API Endpoint As…', 'pi pi-pencil', () => publishing.publishAs()),
      command('comfyfunc.check', 'Check API Endpoint', 'pi pi-check-circle', () => publishing.check()),
      command('comfyfunc.showEndpoint', 'Show API Endpoint', 'pi pi-link', () => publishing.showEndpoint()),
    ],
    keybindings: [{ commandId: 'comfyfunc.publish', combo: { key: 's', ctrl: true, shift: true } }],
    menuCommands: [{
      path: ['Workflow'],
      commands: ['comfyfunc.publish', 'comfyfunc.publishAs', 'comfyfunc.check', 'comfyfunc.showEndpoint'],
    }],
    settings: PACK_SETTINGS.map((setting, index) => ({
      id: /** @type {any} */ (`${NAME}.${setting.id}`),
      name: setting.name,
      category: [NAME, setting.group, setting.name],
      tooltip: setting.tooltip,
      sortOrder: PACK_SETTINGS.length - index,
      // The value is the pack's, not the editor's: nothing is kept in ComfyUI's own settings, which any page can read.
      defaultValue: '',
      type: () => rows.render(setting),
    })),
    topbarBadges: [editor.badge],
    actionBarButtons: [{
      icon: 'pi pi-cloud-upload',
      label: 'Publish',
      get tooltip() {
        return `Save API Endpoint. ${editor.shown().badge.tooltip}`
      },
      onClick: () => void publishing.publish(),
    }],
    aboutPageBadges: [{
      icon: 'pi pi-cloud',
      get label() {
        return `${NAME} ${editor.shown().status?.version ?? ''}`.trimEnd()
      },
      get url() {
        const facade = editor.shown().status?.facade
        return facade && /^https?:\/\//i.test(facade) ? facade : '#'
      },
    }],
    setup() {
      editor.ready()
      watchSaves(/** @type {any} */ (api), (save) => void publishing.following.follow(save))
      listen(api, 'comfyfunc.status', (status) => publishing.known.takeStatus(status))
      listen(api, 'comfyfunc.published', (published) => publishing.published(published))
      listen(api, 'graphChanged', () => publishing.graphChanged())
      listen(api, 'reconnected', () => void publishing.start())
      void publishing.start()
    },
    afterConfigureGraph() {
      publishing.graphChanged()
      // The store names the workflow only after its graph is there.
      setTimeout(() => publishing.graphChanged())
    },
  }
}

/** The editor, behind what the pack needs of it. */
class EditorV1 {
  #app

  /** @type {Shown} */
  #shown = { badge: badgeOf(null, null), status: null }

  #reads = 0
  #followed = false
  #said = false

  /** @type {string[]} */
  #missing = []

  /** @type {StatusLine | null} */
  statusLine = null

  /** @param {ComfyApp} app */
  constructor(app) {
    this.#app = app
    this.notes = new Notes()
    const read = () => {
      this.#reads++
      return this.shown().badge
    }
    /** Read anew each time that the bar is drawn. */
    this.badge = {
      get text() {
        return read().text
      },
      get variant() {
        return read().variant
      },
      get icon() {
        return read().icon
      },
      get tooltip() {
        return read().tooltip
      },
    }
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
    return typeof dialog?.prompt === 'function' ? await dialog.prompt({ title, message, defaultValue: value })
      : window.prompt(`${title}\n\n${message}`, value)
  }

  /** @param {import('./editor.js').Note} note */
  note(note) {
    const shown = { life: LONGEST_NOTE, ...note }
    const toast = this.#app.extensionManager?.toast
    if (typeof toast?.add === 'function') {
      toast.add(shown)
    } else {
      this.notes.add(shown)
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
   * Whether a file that is being saved is the one in the editor.
   * @param {string} file
   * @param {string} name What it is published as.
   */
  isActive(file, name) {
    const path = this.#workflow()?.path
    return path === undefined ? name === this.name() : path === file
  }

  name() {
    const marker = /** @type {any} */ (this.#root()?.extra)?.comfyfunc
    const name = marker?.name
    return typeof name === 'string' && faultOfName(name) === null ? name : null
  }

  /** @param {string} name */
  rename(name) {
    const root = this.#root()
    if (!root) {
      return
    }
    root.extra ??= {}
    Object.assign(root.extra, { comfyfunc: { name } })
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

  /** @returns {Shown} */
  shown() {
    return /** @type {any} */ (this.#app.extensionManager)?.[SHOWN] ?? this.#shown
  }

  /**
   * @param {import('./badges.js').Badge} badge
   * @param {import('./badges.js').Status | null} status
   */
  showBadge(badge, status) {
    const before = this.#shown.badge
    this.#shown = { badge, status }
    const store = /** @type {any} */ (this.#app.extensionManager)
    if (store) {
      store[SHOWN] = this.#shown
    }
    this.statusLine?.update(badge)
    if (!this.#followed && JSON.stringify(before) !== JSON.stringify(badge)) {
      this.#lookWhetherFollowed()
    }
  }

  ready() {
    const manager = /** @type {any} */ (this.#app.extensionManager)
    this.lacks([
      ...typeof manager?.toast?.add === 'function' ? [] : ['extensionManager.toast'],
      ...typeof manager?.dialog?.prompt === 'function' ? [] : ['extensionManager.dialog'],
      ...manager?.workflow ? [] : ['extensionManager.workflow'],
    ])
    this.#lookWhetherFollowed()
    setTimeout(() => this.#say(), PATIENCE + 500)
  }

  /** @param {string[]} parts That this front end does not have. */
  lacks(parts) {
    this.#missing.push(...parts)
  }

  // A bar that has badges reads them as it draws what changed.
  #lookWhetherFollowed() {
    const reads = this.#reads
    setTimeout(() => {
      if (this.#reads > reads) {
        this.#followed = true
        this.statusLine?.hide()
      } else if (!this.#followed) {
        this.statusLine?.show()
      }
    }, PATIENCE)
  }

  #say() {
    const missing = [...this.#missing, ...this.#followed ? [] : ['topbarBadges']]
    if (!this.#said && missing.length > 0) {
      console.info(`${NAME}: this front end does not have ${missing.join(', ')}; the pack does without.`)
    }
    this.#said = true
  }

  #root() {
    return this.#app.isGraphReady === false ? null : this.#app.rootGraph ?? this.#app.graph ?? null
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

/**
 * @param {string} id
 * @param {string} label
 * @param {string} icon
 * @param {() => Promise<void>} run
 */
function command(id, label, icon, run) {
  return { id, label, menubarLabel: label, icon, function: run }
}

/**
 * @param {ComfyApi} api
 * @param {string} type
 * @param {(detail: any) => void} take
 */
function listen(api, type, take) {
  /** @type {any} */ (api).addEventListener(type, (/** @type {CustomEvent} */ event) => take(event.detail))
}

/**
 * An extension that knows which of its parts the front end has looked at.
 * @param {ComfyExtension} extension
 */
function watchedParts(extension) {
  const read = new Set()
  /** @type {any} */
  const watched = {}
  for (const [part, value] of Object.entries(extension)) {
    Object.defineProperty(watched, part, {
      enumerable: true,
      configurable: true,
      get: () => {
        read.add(part)
        return value
      },
    })
  }
  return {
    watched: /** @type {ComfyExtension} */ (watched),
    unread: (/** @type {string[]} */ parts) => parts.filter((p) => !read.has(p)),
  }
}
