/** @file What the page asks of the pack's server side. Keys stay there. */

/**
 * @typedef {{ status: number, body: unknown }} Reply status 0: no answer.
 * @typedef {{ name: string, workflow: unknown, prompt?: unknown, file?: string | null, validateOnly?: boolean }} Publication
 */

export class Pack {
  /** @param {(route: string, options?: RequestInit) => Promise<Response>} fetch ComfyUI's own, which names the user. */
  constructor(fetch) {
    this.fetch = fetch
  }

  /** @returns {Promise<import('./badges.js').Status | null>} null when the pack does not answer as it should. */
  async status() {
    const { status, body } = await this.#ask('/comfyfunc/status', {})
    return status === 200 ? statusOf(body) : null
  }

  /** @param {Publication} publication */
  publish(publication) {
    return this.#post('/comfyfunc/publish', publication)
  }

  /** @param {Publication} saved */
  saved(saved) {
    return this.#post('/comfyfunc/saved', saved)
  }

  /** @param {Record<string, unknown>} changes */
  change(changes) {
    return this.#post('/comfyfunc/settings', changes)
  }

  /**
   * @param {string} route
   * @param {unknown} body
   */
  #post(route, body) {
    return this.#ask(route, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'ComfyFunc-Page': '1' },
      body: JSON.stringify(body),
    })
  }

  /**
   * @param {string} route
   * @param {RequestInit} options
   * @returns {Promise<Reply>}
   */
  async #ask(route, options) {
    try {
      const response = await this.fetch(route, { cache: 'no-store', ...options })
      return { status: response.status, body: parsed(await response.text()) }
    } catch {
      return { status: 0, body: undefined }
    }
  }
}

/**
 * @param {unknown} body
 * @returns {import('./badges.js').Status | null} null for anything else.
 */
export function statusOf(body) {
  return typeof body === 'object' && body !== null && 'settings' in body ? /** @type {import('./badges.js').Status} */ (body) : null
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
