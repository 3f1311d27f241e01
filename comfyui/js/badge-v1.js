/** @file The badge in the first generation of the editor's API, which has no call that changes a badge. */

import { badgeOf } from './badges.js'

/**
 * @typedef {import('./badges.js').Badge} Badge
 * @typedef {import('./badges.js').Status} Status
 */

// Where what is shown is kept in the editor's store: the store is reactive, and what has read it is drawn anew when it changes.
const SHOWN = Symbol('ComfyFunc badge')

// In milliseconds.
const AT_ONCE = 200

// How many changes a bar has to draw until it is not looked at any more: it may be hidden for a while.
const SURE = 2

/** What the bars of the editor read each time that they are drawn. Where none follows, the pack's own line shows it. */
export class BadgeV1 {
  #app
  #line
  #patience

  /** @type {{ badge: Badge, status: Status | null }} */
  #shown = { badge: badgeOf(null, null), status: null }

  #reads = 0
  #follows = 0
  #isWatched = false

  /**
   * @param {import('@comfyorg/comfyui-frontend-types').ComfyApp} app
   * @param {import('./status-line.js').StatusLine} line
   * @param {number} patience In milliseconds.
   */
  constructor(app, line, patience) {
    this.#app = app
    this.#line = line
    this.#patience = patience
  }

  /**
   * @param {Badge} badge
   * @param {Status | null} status
   */
  show(badge, status) {
    const isNew = JSON.stringify(badge) !== JSON.stringify(this.#shown.badge)
    this.#keep({ badge, status })
    this.#line.update(badge)
    if (isNew && this.#isWatched && this.#follows < SURE) {
      void this.#look()
    }
  }

  /** Once the editor's bars should be there, looks whether one of them draws what changes. */
  async watch() {
    await passed(this.#patience)
    this.#isWatched = true
    this.#keep({ ...this.#shown })
    await this.#look()
  }

  missing() {
    return this.#follows > 0 ? [] : ['topbarBadges']
  }

  /** A badge of the bar above the canvas. */
  get topbar() {
    const read = () => {
      this.#reads++
      return this.#current().badge
    }
    return {
      get text() {
        return read().text
      },
      get variant() {
        return read().variant
      },
      get icon() {
        return read().icon
      },
      get tooltip() {
        return read().tooltip
      },
    }
  }

  /** @param {() => void} onClick */
  button(onClick) {
    const read = () => this.#current().badge
    return {
      icon: 'pi pi-cloud-upload',
      label: 'Publish',
      get tooltip() {
        return `Save API Endpoint. ${read().tooltip}`
      },
      onClick,
    }
  }

  /** @param {string} name */
  about(name) {
    const read = () => this.#current().status
    return {
      icon: 'pi pi-cloud',
      get label() {
        return `${name} ${read()?.version ?? ''}`.trimEnd()
      },
      get url() {
        const facade = read()?.facade
        return facade && /^https?:\/\//i.test(facade) ? facade : '#'
      },
    }
  }

  // What draws a change does so at once, and reads it.
  async #look() {
    const reads = this.#reads
    await passed(AT_ONCE)
    if (this.#reads > reads) {
      this.#follows++
      this.#line.hide()
    } else {
      this.#line.show()
    }
  }

  /** @param {{ badge: Badge, status: Status | null }} shown */
  #keep(shown) {
    this.#shown = shown
    const store = this.#app.extensionManager
    if (store) {
      Reflect.set(store, SHOWN, shown)
    }
  }

  /** @returns {{ badge: Badge, status: Status | null }} */
  #current() {
    return /** @type {any} */ (this.#app.extensionManager)?.[SHOWN] ?? this.#shown
  }
}

/** @param {number} time In milliseconds. */
function passed(time) {
  return new Promise((next) => setTimeout(next, time))
}
