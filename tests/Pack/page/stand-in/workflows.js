// The workflow store and its change tracker: what is open, what has been modified, and how it is saved.
import { markRaw, reactive } from 'vue'

const clone = (o) => JSON.parse(JSON.stringify(o))
const same = (a, b) => {
  const of = (g) => JSON.stringify({ nodes: g.nodes, definitions: g.definitions, extra: { ...g.extra, ds: undefined } })
  return of(a) === of(b)
}

class ChangeTracker {
  constructor(store, workflow, state) {
    Object.assign(this, { store, workflow, initialState: clone(state), activeState: clone(state) })
  }

  captureCanvasState() {
    if (this.store.activeWorkflow?.changeTracker === this) {
      const now = clone(this.store.app.rootGraph.serialize())
      if (!same(this.activeState, now)) {
        this.activeState = now
        this.store.api.dispatchCustomEvent('graphChanged', now)
        this.store.find(this.workflow.path).isModified = !same(this.initialState, now)
      }
    }
  }
}

// Before captureCanvasState there was checkState.
class OldChangeTracker extends ChangeTracker {
  checkState() {
    super.captureCanvasState()
  }
}
OldChangeTracker.prototype.captureCanvasState = undefined

export function workflowStore(app, api, front) {
  const store = reactive({
    activeWorkflow: null,
    openWorkflows: [],
    app: markRaw(app),
    api: markRaw(api),
    find: (path) => store.openWorkflows.find((w) => w.path === path),
    async openWorkflow(workflow) {
      store.activeWorkflow?.changeTracker.captureCanvasState?.()
      await app.loadGraphData(workflow.changeTracker.activeState)
      store.activeWorkflow = workflow
    },
    async open(path, content, isTemporary = false) {
      const workflow = { path, isTemporary, isModified: false, changeTracker: null }
      store.openWorkflows.push(workflow)
      const shown = store.find(path)
      shown.changeTracker = markRaw(new (front.captureCanvasState ? ChangeTracker : OldChangeTracker)(store, workflow, content))
      await store.openWorkflow(shown)
      // As it is once it has been loaded: files leave out what is usual.
      const loaded = clone(app.rootGraph.serialize())
      Object.assign(shown.changeTracker, { initialState: loaded, activeState: loaded })
    },
    async saveWorkflow(workflow = store.activeWorkflow) {
      const tracker = workflow.changeTracker
      tracker.captureCanvasState?.() ?? tracker.checkState?.()
      const content = JSON.stringify(tracker.activeState)
      const response = front.savesByFetch
        ? await api.fetchApi(`/userdata/${encodeURIComponent(workflow.path)}?overwrite=true&full_info=true`, {
            method: 'POST',
            body: content,
          })
        : await api.storeUserData(workflow.path, content, { overwrite: true, throwOnError: true, full_info: true })
      tracker.initialState = clone(tracker.activeState)
      workflow.isTemporary = false
      workflow.isModified = false
      return response
    },
  })
  return store
}
