/** @file What the badge says: how the server is, and how the workflow in the editor is. */

/**
 * @typedef {{ version?: number, at?: string, state?: 'published' | 'pending' | 'refused', problem?: import('./outcomes.js').Problem | null,
 *   url?: string }} PublishedState
 * @typedef {{ value?: unknown, isSet?: boolean, source?: 'environment' | 'settings' | 'default', default?: unknown }} SettingState
 * @typedef {{ version?: string, facade?: string | null, connected?: boolean, problem?: string | null, hostId?: string,
 *   hostState?: string | null, hostReason?: string | null, pending?: string[], workflows?: Record<string, PublishedState>,
 *   settings?: Record<string, SettingState> }} Status
 * @typedef {{ text: string, variant: 'info' | 'warning' | 'error', icon: string, tooltip: string }} Badge
 */

/**
 * @param {Status | null} status null while the pack has not answered.
 * @param {string | null} name What the workflow in the editor is published as.
 * @returns {Badge}
 */
export function badgeOf(status, name) {
  if (status === null) {
    return badge(
      'ComfyFunc',
      'warning',
      'pi pi-cloud',
      'The pack’s server side does not answer. Is it installed, and ComfyUI started anew?',
    )
  }
  const own = name === null ? undefined : status.workflows?.[name]
  if (name !== null && own?.state === 'refused') {
    return badge(`${name} refused`, 'error', 'pi pi-times-circle', own.problem?.detail ?? 'The server refused this workflow.')
  }
  if (name !== null && (own?.state === 'pending' || status.pending?.includes(name))) {
    return badge(`${name} pending`, 'warning', 'pi pi-clock', 'It will be published when the server answers again.')
  }
  if (!status.facade) {
    return badge('ComfyFunc', 'info', 'pi pi-cloud', 'Not connected: the settings name no server.')
  }
  if (!status.connected) {
    return badge(
      `${named(name, own)}server down`,
      'warning',
      'pi pi-exclamation-triangle',
      status.problem ?? `${status.facade} does not answer.`,
    )
  }
  return own?.version !== undefined && name !== null
    ? badge(
        `${name} v${own.version}`,
        'info',
        'pi pi-cloud-upload',
        `Published${own.at ? ` ${own.at}` : ''} at ${own.url ?? status.facade}`,
      )
    : badge('ComfyFunc', 'info', 'pi pi-cloud', `Connected to ${status.facade}${hostOf(status)}`)
}

/**
 * @param {string} text
 * @param {Badge['variant']} variant
 * @param {string} icon
 * @param {string} tooltip
 * @returns {Badge}
 */
function badge(text, variant, icon, tooltip) {
  return { text, variant, icon, tooltip }
}

/**
 * @param {string | null} name
 * @param {PublishedState | undefined} own
 */
function named(name, own) {
  return name !== null && own?.version !== undefined ? `${name} v${own.version} · ` : ''
}

/** @param {Status} status */
function hostOf(status) {
  return status.hostId && status.hostState ? ` as ${status.hostId} (${status.hostState})` : ''
}
