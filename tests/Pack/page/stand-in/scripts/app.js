// As ComfyApp, of the front end that the page's address names the lacks of: ?lacks=topbarBadges,menuCommands
import { createApp, h, markRaw, reactive } from 'vue'
import { api } from './api.js'
import { Canvas, Graph, promptOf } from '../graph.js'
import { CORE_KEYBINDINGS, comboOf, comboOfEvent } from '../keybindings.js'
import { FormItem, barOf } from '../vue-parts.js'
import { workflowStore } from '../workflows.js'

const lacks = new Set((new URLSearchParams(location.search).get('lacks') ?? '').split(','))
const has = (part) => !lacks.has(part)
const front = {
  captureCanvasState: has('captureCanvasState'),
  savesByFetch: lacks.has('storeUserData'),
  topbarBadges: has('topbarBadges'),
  actionBarButtons: has('actionBarButtons'),
}

const ui = reactive({ prompts: [], toasts: [], menu: null, settings: false })
const extensionStore = reactive({ byName: {} })
const commands = reactive([])
const keybindings = new Map(CORE_KEYBINDINGS)
const menu = reactive({ Workflow: ['Comfy.SaveWorkflow'] })
const settings = reactive({ byId: {}, values: {} })

const execute = (id) => commands.find((c) => c.id === id)?.function()

const setting = {
  get: (id) => settings.values[id] ?? settings.byId[id]?.defaultValue,
  set: async (id, value) => {
    const old = setting.get(id)
    if (value !== old) {
      settings.byId[id]?.onChange?.(value, old)
      settings.values[id] = value
      await api.fetchApi(`/settings/${encodeURIComponent(id)}`, { method: 'POST', body: JSON.stringify(value) })
    }
  },
}

class ComfyApp {
  extensions = []
  isGraphReady = false
  rootGraph = new Graph()

  get graph() {
    return this.rootGraph
  }

  registerExtension(extension) {
    if (!extension.name || extensionStore.byName[extension.name]) {
      throw new Error(`Extension named '${extension.name}' already registered.`)
    }
    extensionStore.byName[extension.name] = markRaw(extension)
    if (has('keybindings')) {
      extension.keybindings?.forEach((k) => {
        if (keybindings.has(comboOf(k.combo))) {
          throw new Error(`Keybinding on ${comboOf(k.combo)} already exists.`)
        }
        keybindings.set(comboOf(k.combo), k.commandId)
      })
    }
    if (has('commands')) {
      commands.push(...(extension.commands ?? []).map((c) => markRaw({ ...c })))
    }
    if (has('menuCommands')) {
      extension.menuCommands?.forEach((m) => (menu[m.path.join(' › ')] ??= []).push(...m.commands))
    }
    if (has('settings')) {
      extension.settings?.forEach((s) => {
        settings.byId[s.id] = s
        s.onChange?.(setting.get(s.id), undefined)
      })
    }
    this.extensions.push(extension)
  }

  async graphToPrompt() {
    const workflow = this.rootGraph.serialize()
    // Widgets are asked for their values one after the other.
    await new Promise((done) => setTimeout(done))
    return { workflow, output: promptOf(this.rootGraph) }
  }

  async loadGraphData(data) {
    this.rootGraph.configure(JSON.parse(JSON.stringify(data)))
    this.canvas.setGraph(this.rootGraph)
    for (const extension of this.extensions) {
      await extension.afterConfigureGraph?.([], this)
    }
  }

  async start() {
    const bar = barOf(extensionStore, front)
    createApp({ render: () => view(bar) }).mount('#vue-app')
    this.canvas = new Canvas(document.getElementById('graph-canvas'), this.rootGraph)
    const draw = () => {
      this.canvas.draw()
      requestAnimationFrame(draw)
    }
    draw()
    this.isGraphReady = true
    // What another pack does as it is loaded, before this one.
    window.otherPack?.(api)
    const files = await (await api.fetchApi('/extensions')).json()
    await Promise.all(files.map((file) => import(file)))
    await Promise.all(this.extensions.map((e) => e.setup?.(this)))
  }
}

export const app = new ComfyApp()

// As useWorkspaceStore: a reactive store.
if (has('extensionManager')) {
  const kept = has('reactiveManager') ? reactive : Object.freeze
  app.extensionManager = kept({
    setting,
    command: { commands, execute },
    ...(has('workflow') ? { workflow: workflowStore(app, api, front) } : {}),
    ...(has('toast') ? { toast: { add: (message) => ui.toasts.push({ ...message }) } } : {}),
    ...(has('dialog')
      ? {
          dialog: {
            prompt: ({ title, message, defaultValue = '' }) =>
              new Promise((resolve) => {
                ui.prompts = [{ title, message, value: defaultValue, resolve }]
              }),
          },
        }
      : {}),
  })
}
commands.push({
  id: 'Comfy.SaveWorkflow',
  label: 'Save',
  menubarLabel: 'Save',
  function: () => app.extensionManager.workflow.saveWorkflow(),
})
window.addEventListener('keydown', (event) => {
  const id = keybindings.get(comboOfEvent(event))
  if (id) {
    event.preventDefault()
    void execute(id)
  }
})
window.addEventListener('mouseup', () => {
  const tracker = app.extensionManager?.workflow?.activeWorkflow?.changeTracker
  tracker?.captureCanvasState?.() ?? tracker?.checkState?.()
})

/** What the tests look at and touch. */
window.standIn = {
  app,
  api,
  ui,
  keybindings,
  commands,
  menu,
  settings,
  execute,
  open: (...of) => app.extensionManager.workflow.open(...of),
}

function view(bar) {
  const workflow = app.extensionManager?.workflow
  return [
    h('div', { class: 'top' }, [
      ...Object.entries(menu).map(([path, ids]) =>
        h('div', { class: 'menu', key: path }, [
          h('button', { onClick: () => (ui.menu = ui.menu === path ? null : path) }, path),
          ui.menu === path
            ? h(
                'div',
                ids.map((id) =>
                  h(
                    'button',
                    {
                      onClick: () => {
                        ui.menu = null
                        void execute(id)
                      },
                    },
                    commands.find((c) => c.id === id)?.menubarLabel,
                  ),
                ),
              )
            : null,
        ]),
      ),
      h(
        'div',
        { class: 'tabs' },
        (workflow?.openWorkflows ?? []).map((w) =>
          h(
            'button',
            {
              class: ['tab', { 'is-active': w.path === workflow.activeWorkflow?.path }],
              onClick: () => workflow.openWorkflow(w),
            },
            `${w.path.split('/').at(-1)}${w.isModified ? ' •' : ''}`,
          ),
        ),
      ),
      ...bar.badges(),
    ]),
    h('div', { class: 'bar' }, bar.buttons()),
    h('div', { id: 'graph-canvas-container' }, [h('canvas', { id: 'graph-canvas', tabindex: 1 })]),
    h(
      'div',
      { class: 'toasts' },
      ui.toasts.map((t) => h('div', { class: ['toast', t.severity] }, [h('b', t.summary), h('div', t.detail)])),
    ),
    ...ui.prompts.map((p) =>
      h('div', { class: 'mask' }, [
        h('div', { 'data-testid': 'prompt' }, [
          h('h3', p.title),
          h('p', p.message),
          h('input', { class: 'prompt', value: p.value, onInput: (e) => (p.value = e.target.value) }),
          h('button', { onClick: () => finish(p, p.value) }, 'Confirm'),
          h('button', { onClick: () => finish(p, null) }, 'Cancel'),
        ]),
      ]),
    ),
    ui.settings
      ? h('div', { class: 'mask' }, [
          h('div', { class: 'settings' }, [
            h('h3', 'Settings'),
            ...Object.values(settings.byId).map((s) =>
              h(FormItem, { setting: s, value: setting.get(s.id), onChange: (v) => setting.set(s.id, v) }),
            ),
          ]),
        ])
      : null,
  ]
}

function finish(prompt, value) {
  ui.prompts = []
  prompt.resolve(value)
}
