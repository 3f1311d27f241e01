/** @file Published workflows follow their files: what the editor saves is handed to the pack, which sends it. */

import { el } from './dom.js'
import { faultOfName } from './names.js'
import { outcomeOf } from './outcomes.js'
import { graphOf } from './saves.js'

/** @typedef {import('./pack.js').Publication} Publication */

export class Following {
  /** Why saves were not handed over: each reason is told once. @type {Set<string>} */
  #causes = new Set()

  /**
   * @param {import('./editor.js').Editor} editor
   * @param {import('./known.js').Known} known
   * @param {import('./pack.js').Pack} pack
   * @param {import('./panel.js').Panel} panel
   * @param {(publication: Publication) => void} publish
   */
  constructor(editor, known, pack, panel, publish) {
    this.editor = editor
    this.known = known
    this.pack = pack
    this.panel = panel
    this.publish = publish
  }

  /** @param {import('./saves.js').Save} save Which begins now. */
  async follow({ file, data, saved }) {
    const graph = graphOf(data)
    const name = graph?.extra?.comfyfunc?.name
    if (
      graph === null ||
      typeof name !== 'string' ||
      faultOfName(name) !== null ||
      !this.editor.isActive(file, name) ||
      this.known.autoPublish === 'off'
    ) {
      return
    }
    // Taken as the save begins: once it has ended, another workflow may be in the editor.
    const taking = this.editor.take().then(
      ({ output }) => (this.editor.isActive(file, name) && isOf(output, graph) ? output : undefined),
      () => undefined,
    )
    if (await saved) {
      const prompt = await taking
      await this.#afterSave({ name, file, workflow: graph, ...(prompt === undefined ? {} : { prompt }) })
    }
  }

  /** The pack has published again: what goes wrong from now on is news. */
  forget() {
    this.#causes.clear()
  }

  /** @param {Publication} saved */
  async #afterSave(saved) {
    if (this.known.status === null) {
      this.known.takeStatus(await this.pack.status())
    }
    const mode = this.known.status?.facade === null ? 'off' : this.known.autoPublish
    if (mode === 'ask') {
      this.#ask(saved)
    } else if (mode === 'on') {
      this.known.sent.set(saved.name, saved.workflow)
      const { status, body } = await this.pack.saved(saved)
      this.#take(saved.name, outcomeOf(status, body))
    }
  }

  /** @param {Publication} saved */
  #ask(saved) {
    this.panel.show({
      title: `Publish ${saved.name}?`,
      isQuestion: true,
      body: [el('p', {}, 'The workflow was saved. Callers get it once it is published.')],
      actions: [
        { text: 'Publish', isMain: true, run: () => this.publish(saved) },
        { text: 'Not now', run: () => {} },
      ],
    })
  }

  /**
   * @param {string} name
   * @param {import('./outcomes.js').Outcome} outcome
   */
  #take(name, outcome) {
    if (outcome.kind !== 'refused' && outcome.kind !== 'failed') {
      this.forget()
      return
    }
    const detail = outcome.kind === 'failed' ? outcome.detail : (outcome.problem.detail ?? outcome.problem.title ?? '')
    if (this.isNews(detail)) {
      this.editor.note({ severity: 'error', summary: `${name} was saved, not published`, detail })
    }
  }

  /**
   * Whether this reason has not been told since the pack last published.
   * @param {string} reason
   */
  isNews(reason) {
    const isNews = !this.#causes.has(reason)
    this.#causes.add(reason)
    return isNews
  }
}

/**
 * Whether a prompt is a graph's: while it was made, another graph may have been loaded.
 * @param {Record<string, unknown>} prompt
 * @param {Record<string, any>} graph
 */
function isOf(prompt, graph) {
  const ids = new Set(graph.nodes.map((/** @type {{ id: unknown }} */ n) => `${n.id}`))
  return Object.keys(prompt).every((id) => ids.has(id.split(':')[0]))
}
