/** @file The badge in an element of its own, for front ends that show no badges of extensions. */

import { el } from './dom.js'
import { addStyles } from './styles.js'

export class StatusLine {
  #text = el('button', { type: 'button' })

  #line

  /**
   * @param {() => void} show
   * @param {() => void} publish
   */
  constructor(show, publish) {
    this.#text.addEventListener('click', show)
    this.#line = el(
      'div',
      { class: 'comfyfunc-status', role: 'status' },
      this.#text,
      el('button', { type: 'button', click: publish, title: 'Save API Endpoint' }, 'Publish'),
    )
  }

  /** @param {import('./badges.js').Badge} badge */
  update(badge) {
    this.#text.textContent = badge.text
    this.#text.title = badge.tooltip
    this.#line.dataset.variant = badge.variant
  }

  show() {
    addStyles()
    document.body.append(this.#line)
  }

  hide() {
    this.#line.remove()
  }
}
