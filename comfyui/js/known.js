/** @file What the page knows: the pack's status, what was sent under each name and what was answered. */

/**
 * @typedef {import('./badges.js').Status} Status
 * @typedef {import('./outcomes.js').Outcome} Outcome
 * @typedef {import('./outcomes.js').Problem} Problem
 */

export class Known {
  /** @type {Status | null} null while the pack's server side has not answered. */
  status = null

  /** What pointers lead into. @type {Map<string, any>} */
  sent = new Map()

  /** The last answer of a name. @type {Map<string, Outcome>} */
  outcomes = new Map()

  /** @type {Set<() => void>} */
  #listeners = new Set()

  /** @param {() => void} listener Called whenever the status is another. */
  onStatus(listener) {
    this.#listeners.add(listener)
  }

  /** @param {Status | null} status */
  takeStatus(status) {
    this.status = status
    this.#listeners.forEach((l) => l())
  }

  /**
   * Takes an answer for known before the pack's status says the same.
   * @param {string} name
   * @param {Outcome} outcome
   */
  takeOutcome(name, outcome) {
    if (outcome.kind !== 'failed') {
      this.outcomes.set(name, outcome)
    }
    const state =
      outcome.kind === 'saved' || outcome.kind === 'unchanged'
        ? 'published'
        : outcome.kind === 'pending' || outcome.kind === 'refused'
          ? outcome.kind
          : null
    if (this.status && state) {
      const before = this.status.workflows?.[name]
      const version = 'answer' in outcome ? outcome.answer.version : before?.version
      const problem = outcome.kind === 'refused' ? outcome.problem : null
      this.takeStatus({
        ...this.status,
        pending: (this.status.pending ?? []).filter((n) => n !== name || state === 'pending'),
        workflows: { ...this.status.workflows, [name]: { ...before, version, state, problem } },
      })
    }
  }

  /** @param {string} name */
  urlOf(name) {
    const facade = this.status?.facade
    return (
      this.status?.workflows?.[name]?.url ?? (facade ? `${facade.replace(/\/+$/, '')}/api/workflows/${encodeURIComponent(name)}` : null)
    )
  }

  /** Which keys callers are likely to need. @returns {import('./curl.js').Keys} */
  get keys() {
    const settings = this.status?.settings
    return { caller: settings?.key?.isSet === true, platform: settings?.functionKey?.isSet === true }
  }

  /** What is done when a workflow is saved that has been published. @returns {'on' | 'ask' | 'off'} */
  get autoPublish() {
    const setting = this.status?.settings?.autoPublish
    const value = setting?.value ?? setting?.default
    return value === 'off' || value === 'ask' ? value : 'on'
  }
}
