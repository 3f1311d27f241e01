/**
 * @file The first generation of the editor's API (app.registerExtension, front ends 1.39 and later). What is known of that API is here, in
 * editor-v1.js and in badge-v1.js; an adapter of another generation stands beside this one and offers the same.
 */

import { BadgeV1 } from './badge-v1.js'
import { EditorV1 } from './editor-v1.js'
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
 */

const NAME = 'ComfyFunc'

// How long a bar of the editor may take to draw what changed before the pack shows it itself.
const PATIENCE = 3000

/**
 * @param {ComfyApp} app
 * @param {ComfyApi} api
 */
export function register(app, api) {
  const line = new StatusLine(
    () => void publishing.showEndpoint(),
    () => void publishing.publish(),
  )
  const badge = new BadgeV1(app, line, PATIENCE)
  const editor = new EditorV1(app, badge)
  const pack = new Pack((route, options) => api.fetchApi(route, options))
  const publishing = new Publishing(editor, pack)
  const rows = new SettingRows(publishing.known, pack, (note) => editor.note(note))

  const read = new Set()
  const start = () => {
    const missing = ['commands', 'keybindings', 'menuCommands', 'settings'].filter((p) => !read.has(p))
    void badge.watch().then(() => sayMissing([...missing, ...editor.missing(), ...badge.missing()]))
    follow(api, publishing)
    void publishing.start()
  }
  app.registerExtension(watched({ ...partsOf(publishing, badge), settings: settingsOf(rows), setup: start }, read))
}

/**
 * @param {Publishing} publishing
 * @param {BadgeV1} badge
 * @returns {ComfyExtension}
 */
function partsOf(publishing, badge) {
  return {
    name: NAME,
    commands: [
      command('comfyfunc.publish', 'Save API Endpoint', 'pi pi-cloud-upload', () => publishing.publish()),
      command('comfyfunc.publishAs', 'Save API Endpoint As…', 'pi pi-pencil', () => publishing.publishAs()),
      command('comfyfunc.check', 'Check API Endpoint', 'pi pi-check-circle', () => publishing.check()),
      command('comfyfunc.showEndpoint', 'Show API Endpoint', 'pi pi-link', () => publishing.showEndpoint()),
    ],
    keybindings: [{ commandId: 'comfyfunc.publish', combo: { key: 's', ctrl: true, shift: true } }],
    menuCommands: [
      { path: ['Workflow'], commands: ['comfyfunc.publish', 'comfyfunc.publishAs', 'comfyfunc.check', 'comfyfunc.showEndpoint'] },
    ],
    topbarBadges: [badge.topbar],
    actionBarButtons: [badge.button(() => void publishing.publish())],
    aboutPageBadges: [badge.about(NAME)],
    afterConfigureGraph() {
      publishing.graphChanged()
      // The store names the workflow only after its graph is there.
      setTimeout(() => publishing.graphChanged())
    },
  }
}

/**
 * @param {SettingRows} rows
 * @returns {ComfyExtension['settings']}
 */
function settingsOf(rows) {
  return PACK_SETTINGS.map((setting, index) => ({
    id: /** @type {any} */ (`${NAME}.${setting.id}`),
    name: setting.name,
    category: [NAME, setting.group, setting.name],
    tooltip: setting.tooltip,
    sortOrder: PACK_SETTINGS.length - index,
    // The value is the pack's, not the editor's: nothing is kept in ComfyUI's own settings, which any page can read.
    defaultValue: '',
    type: () => rows.render(setting),
  }))
}

/**
 * @param {ComfyApi} api
 * @param {Publishing} publishing
 */
function follow(api, publishing) {
  const events = /** @type {EventTarget} */ (api)
  /** @param {string} type @param {(detail: any) => void} take */
  const listen = (type, take) => events.addEventListener(type, (event) => take(/** @type {CustomEvent} */ (event).detail))
  watchSaves(/** @type {any} */ (api), (save) => void publishing.following.follow(save))
  listen('comfyfunc.status', (status) => publishing.known.takeStatus(status))
  listen('comfyfunc.published', (published) => publishing.published(published))
  listen('graphChanged', () => publishing.graphChanged())
  listen('reconnected', () => void publishing.start())
}

/** @param {string[]} missing */
function sayMissing(missing) {
  if (missing.length > 0) {
    console.info(`${NAME}: this front end does not have ${missing.join(', ')}; the pack does without.`)
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
 * An extension that notes which of its parts a front end looks at: the others are what it does not have.
 * @param {ComfyExtension} extension
 * @param {Set<string>} read
 */
function watched(extension, read) {
  /** @type {any} */
  const parts = {}
  for (const [part, value] of Object.entries(extension)) {
    const get = () => {
      read.add(part)
      return value
    }
    Object.defineProperty(parts, part, { enumerable: true, configurable: true, get })
  }
  return /** @type {ComfyExtension} */ (parts)
}
