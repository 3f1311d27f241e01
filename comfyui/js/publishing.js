/** @file What the pack does in the editor, whatever the generation of the editor's API: its commands and its events. */

import { badgeOf } from './badges.js'
import { Following } from './following.js'
import { Known } from './known.js'
import { faultOfName, nameForFile } from './names.js'
import { outcomeOf } from './outcomes.js'
import { Telling } from './telling.js'

/**
 * @typedef {import('./outcomes.js').Outcome} Outcome
 * @typedef {{ name: string, file?: string | null, outcome: 'saved' | 'unchanged' | 'refused' | 'pending', version?: number | null,
 *   answer?: import('./outcomes.js').Answer | null, problem?: import('./outcomes.js').Problem | null }} Published
 */

export class Publishing {
  known = new Known()

  /** Names that are being sent by a command, which says itself how it went. @type {Set<string>} */
  #busy = new Set()

  /** What commands have said already: the pack tells of it, too. @type {Map<string, string>} */
  #said = new Map()

  /**
   * @param {import('./editor.js').Editor} editor
   * @param {import('./pack.js').Pack} pack
   */
  constructor(editor, pack) {
    this.editor = editor
    this.pack = pack
    this.telling = new Telling(editor, this.known, {
      publish: () => void this.publish(),
      publishAs: () => void this.publishAs(),
      check: () => void this.check(),
    })
    this.following = new Following(editor, this.known, pack, this.telling.panel, (saved) => void this.#deliver(saved))
    this.known.onStatus(() => this.#showBadge())
  }

  async start() {
    this.known.takeStatus(await this.pack.status())
  }

  /** Saves the API endpoint under its name, which is asked for the first time. */
  async publish() {
    const name = this.editor.name() ?? (await this.#askName(nameForFile(this.editor.title())))
    if (name !== null) {
      await this.#send(name)
    }
  }

  /** The same under another name. */
  async publishAs() {
    const name = await this.#askName(this.editor.name() ?? nameForFile(this.editor.title()))
    if (name !== null) {
      await this.#send(name)
    }
  }

  /** Says what saving would, and saves nothing. */
  async check() {
    await this.#send(this.editor.name() ?? nameForFile(this.editor.title()), true)
  }

  /** Where the workflow in the editor is called, or why it is not. */
  async showEndpoint() {
    const name = this.editor.name()
    const outcome = name === null ? undefined : this.known.outcomes.get(name)
    if (name === null || outcome === undefined) {
      this.telling.showState(name)
    } else {
      this.telling.show(name, outcome, 'again')
    }
  }

  /** The graph in the editor is another, or is not as it was. */
  graphChanged() {
    this.telling.marks.review()
    this.#showBadge()
  }

  /** @param {Published} published */
  published(published) {
    const { name, outcome: kind, version } = published
    const answer = published.answer ?? { name, version: version ?? undefined }
    /** @type {Outcome} */
    const outcome =
      kind === 'refused'
        ? { kind, problem: published.problem ?? {} }
        : kind === 'pending'
          ? { kind, detail: 'It will be published when the server answers again.' }
          : { kind, answer }
    const isSaid = this.#busy.has(name) || this.#said.get(name) === markOf(outcome)
    this.#said.delete(name)
    // Of a copy of a published workflow: the workflow itself is as it was.
    const isOfCopy = outcome.kind === 'refused' && outcome.problem.code === 'conflict'
    if (!isOfCopy) {
      this.known.takeOutcome(name, outcome)
    }
    if (kind === 'saved' || kind === 'unchanged') {
      this.following.forget()
    }
    if (!isSaid && (!isOfCopy || this.following.isNews(outcome.problem.detail ?? ''))) {
      this.telling.mention(name, outcome)
    }
  }

  /** @param {string} proposed */
  async #askName(proposed) {
    let value = proposed
    let message = 'Callers use this name. It is kept in the workflow.'
    while (true) {
      const answer = await this.editor.ask({ title: 'Save API Endpoint', message, value })
      if (answer === null || answer === undefined) {
        return null
      }
      value = answer.trim()
      const fault = faultOfName(value)
      if (fault === null) {
        if (value !== this.editor.name()) {
          this.editor.rename(value)
          this.#showBadge()
        }
        return value
      }
      message = fault
    }
  }

  /**
   * @param {string} name
   * @param {boolean} validateOnly
   */
  async #send(name, validateOnly = false) {
    try {
      const { workflow, output } = await this.editor.take()
      const file = this.editor.file()
      await this.#deliver({ name, workflow, prompt: output, ...(file === null ? {} : { file }), ...(validateOnly ? { validateOnly } : {}) })
    } catch (error) {
      this.editor.note({ severity: 'error', summary: 'The editor could not make a prompt of this workflow', detail: `${error}` })
    }
  }

  /** @param {import('./pack.js').Publication} publication */
  async #deliver(publication) {
    const { name, workflow } = publication
    if (this.#busy.has(name)) {
      this.editor.note({ severity: 'info', summary: `${name} is being sent`, life: 2000 })
      return
    }
    this.#busy.add(name)
    try {
      this.known.sent.set(name, workflow)
      const { status, body } = await this.pack.publish(publication)
      const outcome = outcomeOf(status, body)
      if (!publication.validateOnly) {
        this.#said.set(name, markOf(outcome))
        this.known.takeOutcome(name, outcome)
      }
      this.telling.show(name, outcome, publication.validateOnly ? 'check' : 'news')
    } finally {
      this.#busy.delete(name)
    }
  }

  #showBadge() {
    this.editor.showBadge(badgeOf(this.known.status, this.editor.name()), this.known.status)
  }
}

/** @param {Outcome} outcome */
function markOf(outcome) {
  return `${outcome.kind} ${'answer' in outcome ? outcome.answer.version : ''}`
}
