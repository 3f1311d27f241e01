/** @file Short notes over the canvas, for front ends that have no toasts. */

import { el } from './dom.js'
import { addStyles } from './styles.js'

export class Notes {
  #list = el('div', { class: 'comfyfunc-notes', role: 'status' })

  /** @param {{ severity: string, summary: string, detail?: string, life: number }} note */
  add({ severity, summary, detail, life }) {
    addStyles()
    document.body.append(this.#list)
    const note = el(
      'div',
      { class: 'comfyfunc-note', 'data-severity': severity, click: () => note.remove() },
      el('strong', {}, summary),
      detail ? el('div', {}, detail) : null,
    )
    this.#list.append(note)
    setTimeout(() => note.remove(), life)
  }
}
