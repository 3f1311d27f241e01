/** @file The panel beside the canvas in which the pack says what became of a workflow. One is open at a time. */

import { el } from './dom.js'
import { addStyles } from './styles.js'

/**
 * @typedef {{ text: string, run: () => void, isMain?: boolean }} Action
 * @typedef {{ title: string, chip?: HTMLElement, body: (Node | null)[], actions?: Action[], isQuestion?: boolean }} PanelContent
 */

export class Panel {
  /** @type {HTMLDialogElement | null} */
  #dialog = null

  /** @param {PanelContent} content */
  show(content) {
    addStyles()
    this.close()
    const actions = (content.actions ?? []).map((a) =>
      el(
        'button',
        {
          type: 'button',
          class: a.isMain ? 'is-main' : '',
          click: () => {
            this.close()
            a.run()
          },
        },
        a.text,
      ),
    )
    const dialog = el(
      'dialog',
      {
        class: `comfyfunc-panel${content.isQuestion ? ' is-question' : ''}`,
        tabindex: '-1',
        'aria-label': content.title,
        close: () => this.#closed(dialog),
      },
      el(
        'header',
        {},
        el('h2', {}, content.title),
        content.chip,
        el('button', { type: 'button', class: 'comfyfunc-close', 'aria-label': 'Close', click: () => this.close() }, '×'),
      ),
      el(
        'div',
        { class: 'comfyfunc-body' },
        ...content.body,
        actions.length > 0 ? el('div', { class: 'comfyfunc-actions' }, ...actions) : null,
      ),
    )
    keepKeys(dialog, () => this.close())
    document.body.append(dialog)
    this.#dialog = dialog
    const focused = document.activeElement
    dialog.show()
    // A question comes unasked: it takes the keys from nobody.
    if (content.isQuestion && focused instanceof HTMLElement) {
      focused.focus()
    } else {
      dialog.focus()
    }
  }

  close() {
    this.#dialog?.close()
    // The event comes late, and another panel may be shown at once.
    if (this.#dialog) {
      this.#closed(this.#dialog)
    }
  }

  /** @param {HTMLDialogElement} dialog */
  #closed(dialog) {
    dialog.remove()
    if (this.#dialog === dialog) {
      this.#dialog = null
    }
  }
}

/**
 * The editor takes Ctrl+C for its nodes and letters for its commands, wherever they are pressed.
 * @param {HTMLElement} panel
 * @param {() => void} escape
 */
function keepKeys(panel, escape) {
  for (const type of ['keydown', 'keyup', 'copy', 'cut', 'paste', 'pointerdown', 'wheel']) {
    panel.addEventListener(type, (event) => {
      event.stopPropagation()
      if (event instanceof KeyboardEvent && type === 'keydown' && event.key === 'Escape') {
        escape()
      }
    })
  }
}
