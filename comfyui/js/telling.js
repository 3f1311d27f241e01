/** @file Says what became of a workflow: in a note, in the panel, and on the nodes that are to blame. */

import { el } from './dom.js'
import { Marks } from './marks.js'
import { counted, faultsOf, summaryOf } from './outcomes.js'
import { Panel } from './panel.js'
import { messagesByNode } from './pointers.js'
import { callView, chip, contractView, differencesView, faultsView, hostsView, reportView } from './views.js'

/**
 * @typedef {import('./editor.js').Note} Note
 * @typedef {import('./outcomes.js').Answer} Answer
 * @typedef {import('./outcomes.js').Outcome} Outcome
 * @typedef {import('./outcomes.js').Problem} Problem
 * @typedef {import('./panel.js').Action} Action
 * @typedef {'news' | 'check' | 'again'} Occasion Whether the author has just sent it, had it checked, or looks it up.
 * @typedef {{ publish: () => void, publishAs: () => void, check: () => void }} Commands
 */

const LIFE = 6000

export class Telling {
  panel = new Panel()

  /**
   * @param {import('./editor.js').Editor} editor
   * @param {import('./known.js').Known} known
   * @param {Commands} commands What the panel's buttons do.
   */
  constructor(editor, known, commands) {
    this.editor = editor
    this.known = known
    this.commands = commands
    this.marks = new Marks(editor.stage)
  }

  /**
   * @param {string} name
   * @param {Outcome} outcome
   * @param {Occasion} occasion
   */
  show(name, outcome, occasion) {
    switch (outcome.kind) {
      case 'pending':
        this.#note(occasion, { severity: 'warn', summary: `${name} waits to be published`, detail: outcome.detail, life: LIFE })
        this.panel.show({
          title: name,
          chip: chip('pending', 'warn'),
          body: [el('p', {}, outcome.detail), el('p', { class: 'comfyfunc-muted' }, 'Nothing is lost: ComfyUI keeps it and sends it.')],
        })
        return
      case 'refused':
        this.#showRefusal(name, outcome.problem, occasion)
        return
      case 'failed':
        this.#showFailure(name, outcome.detail, occasion)
        return
      default:
        this.#showAnswer(name, outcome, occasion)
    }
  }

  /** @param {string | null} name Of which no answer is at hand. */
  showState(name) {
    if (name === null) {
      this.panel.show({
        title: 'No API endpoint',
        chip: chip('not published', 'plain'),
        body: [el('p', {}, 'This workflow has no API endpoint yet.')],
        actions: [this.#publishAction],
      })
      return
    }
    const own = this.known.status?.workflows?.[name]
    if (own?.state === 'refused') {
      this.#showRefusal(name, own.problem ?? {}, 'again')
      return
    }
    const url = this.known.urlOf(name)
    this.panel.show({
      title: name,
      chip:
        own?.version !== undefined
          ? chip(`version ${own.version}`, 'good')
          : chip(own?.state === 'pending' ? 'pending' : 'not published from here', 'warn'),
      body: [
        ...(url === null ? [el('p', {}, 'The settings name no server.')] : callView(url, undefined, this.known.keys)),
        el('p', { class: 'comfyfunc-muted' }, 'Check shows its inputs and outputs.'),
      ],
      actions: [{ text: 'Check', run: this.commands.check }, this.#publishAction, this.#publishAsAction],
    })
  }

  /**
   * What the pack did by itself: a note, and no panel.
   * @param {string} name
   * @param {Outcome} outcome
   */
  mention(name, outcome) {
    const isHere = this.editor.name() === name
    if (outcome.kind === 'saved' || outcome.kind === 'unchanged') {
      if (isHere) {
        this.marks.clear()
      }
      if (outcome.kind === 'saved') {
        this.editor.note(noteOf(name, outcome))
      }
    } else if (outcome.kind === 'refused') {
      const faults = faultsOf(outcome.problem)
      this.editor.note({
        severity: 'error',
        summary: `${name} was saved, not published`,
        detail: `${faults[0].detail ?? ''}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}`,
      })
      if (isHere) {
        this.#mark(name, outcome.problem, false)
      }
    }
  }

  /**
   * @param {string} name
   * @param {{ kind: 'saved' | 'unchanged' | 'checked', answer: Answer }} outcome
   * @param {Occasion} occasion
   */
  #showAnswer(name, outcome, occasion) {
    const { kind, answer } = outcome
    if (occasion !== 'again') {
      this.marks.clear()
    }
    this.#note(occasion, noteOf(name, outcome))
    const url = this.known.urlOf(name)
    const version = `version ${answer.version}${kind === 'unchanged' ? ', unchanged' : ''}`
    this.panel.show({
      title: name,
      chip: chip(kind === 'checked' ? 'would be saved' : version, 'good'),
      body: [
        ...(kind === 'checked' || url === null ? [] : callView(url, answer.contract, this.known.keys)),
        ...(kind === 'unchanged' ? [] : differencesView(answer.differences)),
        ...contractView(answer.contract),
        ...reportView(answer),
        ...hostsView(answer),
      ],
      actions: [kind === 'checked' ? this.#publishAction : this.#publishAsAction],
    })
  }

  /**
   * @param {string} name
   * @param {Problem} problem
   * @param {Occasion} occasion
   */
  #showRefusal(name, problem, occasion) {
    const faults = faultsOf(problem)
    this.#note(occasion, {
      severity: 'error',
      summary: `${name} ${occasion === 'check' ? 'would be' : 'was'} refused`,
      detail: `${faults.length > 1 ? `${counted(faults.length, 'fault')}. ` : ''}${faults[0].detail ?? ''}`,
    })
    this.#mark(name, problem, true)
    this.panel.show({
      title: name,
      chip: chip(occasion === 'check' ? 'would be refused' : 'refused', 'bad'),
      body: faultsView(problem, this.#sentAs(name), (id) => this.editor.centre(id)),
      actions: [this.#againAction(occasion)],
    })
  }

  /**
   * @param {string} name
   * @param {string} detail
   * @param {Occasion} occasion
   */
  #showFailure(name, detail, occasion) {
    const what = occasion === 'check' ? 'not checked' : 'not published'
    this.#note(occasion, { severity: 'error', summary: `${name} was ${what}`, detail })
    this.panel.show({ title: name, chip: chip(what, 'bad'), body: [el('p', {}, detail)], actions: [this.#againAction(occasion)] })
  }

  /**
   * @param {string} name
   * @param {Problem} problem
   * @param {boolean} isAwaited Whether the author waits for it; else the canvas stays where it is.
   */
  #mark(name, problem, isAwaited) {
    this.marks.show(messagesByNode(faultsOf(problem), this.#sentAs(name)))
    const [first] = this.marks.ids
    if (isAwaited && first !== undefined) {
      this.editor.centre(first)
    }
  }

  /**
   * @param {Occasion} occasion
   * @param {Note} note
   */
  #note(occasion, note) {
    if (occasion !== 'again') {
      this.editor.note(note)
    }
  }

  /** What pointers lead into: what was sent, or what it must have been. @param {string} name */
  #sentAs(name) {
    return this.known.sent.get(name) ?? (this.editor.name() === name ? this.editor.graph() : undefined)
  }

  /** @returns {Action} */
  get #publishAction() {
    return { text: 'Save API Endpoint', isMain: true, run: this.commands.publish }
  }

  /** @returns {Action} */
  get #publishAsAction() {
    return { text: 'Publish as…', run: this.commands.publishAs }
  }

  /** @param {Occasion} occasion @returns {Action} */
  #againAction(occasion) {
    return { text: 'Try again', isMain: true, run: occasion === 'check' ? this.commands.check : this.commands.publish }
  }
}

/**
 * @param {string} name
 * @param {{ kind: 'saved' | 'unchanged' | 'checked', answer: Answer }} outcome
 * @returns {Note}
 */
function noteOf(name, { kind, answer }) {
  const differences = answer.differences ?? []
  return {
    severity: differences.some((d) => d.isBreaking) ? 'warn' : kind === 'saved' ? 'success' : 'info',
    summary:
      kind === 'saved'
        ? `${name} v${answer.version} is published`
        : kind === 'unchanged'
          ? `${name} v${answer.version} is unchanged`
          : `${name} could be saved`,
    detail: differences.length === 0 ? undefined : summaryOf(differences),
    life: LIFE,
  }
}
