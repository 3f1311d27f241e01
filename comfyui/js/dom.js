/** @file Elements, made of text and nothing else: what a server says is never read as HTML. */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | boolean | ((event: any) => void) | undefined>} [attributes] A function listens to the event of its name.
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(name, value)
    } else if (value === true) {
      element.setAttribute(name, '')
    } else if (typeof value === 'string') {
      element.setAttribute(name, value)
    }
  }
  element.append(...children.filter((c) => c !== null && c !== undefined))
  return element
}

/**
 * A text that is to be copied, with a button that does.
 * @param {string} label
 * @param {string} text
 */
export function copyable(label, text) {
  const shown = el('code', { class: 'comfyfunc-copyable-text', tabindex: '0' }, text)
  const button = el(
    'button',
    {
      type: 'button',
      class: 'comfyfunc-copy',
      'aria-label': `Copy ${label}`,
      click: async () => {
        button.textContent = (await copy(text, shown)) ? 'Copied' : 'Press Ctrl+C'
        setTimeout(() => {
          button.textContent = 'Copy'
        }, 2000)
      },
    },
    'Copy',
  )
  return el('div', { class: 'comfyfunc-copyable' }, shown, button)
}

/**
 * @param {string} text
 * @param {HTMLElement} shown Selected where the page may not write to the clipboard, as on plain HTTP.
 */
async function copy(text, shown) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    getSelection()?.selectAllChildren(shown)
    return document.execCommand('copy')
  }
}
