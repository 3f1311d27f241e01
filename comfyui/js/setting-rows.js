/** @file The inputs of the pack's settings in the editor's dialog. They show what the pack's server side holds. */

import { el } from './dom.js'
import { faultsOf, outcomeOf } from './outcomes.js'
import { statusOf } from './pack.js'
import { changeOf, shownOf } from './setting-list.js'
import { addStyles } from './styles.js'

/**
 * @typedef {import('./setting-list.js').PackSetting} PackSetting
 * @typedef {{ setting: PackSetting, input: HTMLInputElement | HTMLSelectElement, note: HTMLElement, clear: HTMLElement, row: HTMLElement,
 *   wasShown: boolean }} Row
 */

export class SettingRows {
  /** @type {Set<Row>} */
  #rows = new Set()

  /**
   * @param {import('./known.js').Known} known
   * @param {import('./pack.js').Pack} pack
   * @param {(note: import('./editor.js').Note) => void} tell
   */
  constructor(known, pack, tell) {
    this.known = known
    this.pack = pack
    this.tell = tell
    known.onStatus(() => this.#refresh())
  }

  /** @param {PackSetting} setting */
  render(setting) {
    addStyles()
    const input = inputOf(setting)
    const note = el('small')
    const clear = el('button', { type: 'button' }, 'Remove')
    const row = el('div', { class: 'comfyfunc-setting', 'data-setting': setting.id }, el('div', {}, input, clear), note)
    const entry = { setting, input, note, clear, row, wasShown: false }
    input.addEventListener('change', () => void this.#enter(entry))
    clear.addEventListener('click', () => void this.#change(entry, null))
    this.#rows.add(entry)
    this.#fill(entry)
    return row
  }

  #refresh() {
    for (const entry of this.#rows) {
      if (entry.wasShown && !entry.row.isConnected) {
        this.#rows.delete(entry)
      } else {
        entry.wasShown ||= entry.row.isConnected
        this.#fill(entry)
      }
    }
  }

  /** @param {PackSetting} setting */
  #stateOf(setting) {
    return this.known.status?.settings?.[setting.id]
  }

  /** @param {Row} entry */
  #fill({ setting, input, note, clear }) {
    const shown = shownOf(setting, this.#stateOf(setting))
    const isEdited = document.activeElement === input && input.getAttribute('aria-invalid') !== 'true'
    if (setting.kind === 'switch') {
      Object.assign(input, { checked: shown.checked })
    } else if (!isEdited) {
      input.value = shown.value
      input.setAttribute('placeholder', shown.placeholder)
    }
    input.removeAttribute('aria-invalid')
    input.disabled = shown.isFixed
    note.textContent = shown.note
    note.className = ''
    clear.hidden = !(setting.kind === 'secret' && !shown.isFixed && this.#stateOf(setting)?.isSet === true)
  }

  /** @param {Row} entry */
  async #enter(entry) {
    const { setting, input } = entry
    const entered = { value: input.value, checked: input instanceof HTMLInputElement && input.checked }
    const value = changeOf(setting, entered, this.#stateOf(setting))
    if (value !== undefined) {
      await this.#change(entry, value)
    }
  }

  /**
   * @param {Row} entry
   * @param {unknown} value null: as it is without.
   */
  async #change(entry, value) {
    const { setting, input, note } = entry
    const { status, body } = await this.pack.change({ [setting.id]: value })
    const now = status === 200 ? statusOf(body) : null
    if (now) {
      input.blur()
      if (setting.kind === 'secret') {
        input.value = ''
      }
      this.known.takeStatus(now)
      return
    }
    const outcome = outcomeOf(status, body)
    const detail =
      outcome.kind === 'refused'
        ? faultsOf(outcome.problem)
            .map((f) => f.detail ?? '')
            .join(' ')
        : outcome.kind === 'failed'
          ? outcome.detail
          : 'The pack’s answer is none.'
    this.tell({ severity: 'error', summary: `${setting.name} was not changed`, detail })
    if (setting.kind === 'switch') {
      this.#fill(entry)
    }
    input.setAttribute('aria-invalid', 'true')
    note.textContent = detail
    note.className = 'is-bad'
  }
}

/** @param {PackSetting} setting */
function inputOf(setting) {
  const named = { 'aria-label': setting.name }
  switch (setting.kind) {
    case 'choice':
      return el('select', named, ...(setting.choices ?? []).map((c) => el('option', { value: c.value }, c.text)))
    case 'switch':
      return el('input', { ...named, type: 'checkbox' })
    case 'number':
      return el('input', { ...named, type: 'number', min: `${setting.min}`, max: `${setting.max}` })
    case 'secret':
      return el('input', { ...named, type: 'password', autocomplete: 'new-password', spellcheck: 'false' })
    default:
      return el('input', { ...named, type: 'text', spellcheck: 'false' })
  }
}
