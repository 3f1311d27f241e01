/** @file The pack's settings, as the dialog lists them. */

/**
 * @typedef {{ id: string, name: string, group: string, kind: 'text' | 'url' | 'secret' | 'number' | 'choice' | 'switch', variable: string,
 *   tooltip: string, without?: string, choices?: { value: string, text: string }[], min?: number, max?: number }} PackSetting
 *   without: how it is when nothing is set and there is no default.
 */

/** @type {readonly PackSetting[]} */
export const PACK_SETTINGS = Object.freeze([
  {
    id: 'facadeUrl',
    without: 'none',
    name: 'Server',
    group: 'Server',
    kind: 'url',
    variable: 'COMFYFUNC_URL',
    tooltip: 'Where ComfyFunc is, such as https://comfy.example.com. Empty: nothing is published.',
  },
  {
    id: 'key',
    name: 'Key',
    group: 'Server',
    kind: 'secret',
    variable: 'COMFYFUNC_KEY',
    tooltip: 'A key of the role host or author. ComfyUI keeps it and never shows it again.',
  },
  {
    id: 'functionKey',
    name: 'Function key',
    group: 'Server',
    kind: 'secret',
    variable: 'COMFYFUNC_FUNCTION_KEY',
    tooltip: 'Where the server is an app on Azure that asks for one. ComfyUI keeps it and never shows it again.',
  },
  {
    id: 'autoPublish',
    name: 'When a published workflow is saved',
    group: 'Publishing',
    kind: 'choice',
    variable: 'COMFYFUNC_AUTO_PUBLISH',
    tooltip: 'Workflows that have been published once can follow their files.',
    choices: [
      { value: 'on', text: 'Publish it' },
      { value: 'ask', text: 'Ask' },
      { value: 'off', text: 'Do nothing' },
    ],
  },
  {
    id: 'register',
    name: 'Join the pool',
    group: 'This host',
    kind: 'switch',
    variable: 'COMFYFUNC_REGISTER',
    tooltip: 'Whether this ComfyUI runs what callers ask for.',
  },
  {
    id: 'sync',
    name: 'Show published workflows here',
    group: 'This host',
    kind: 'switch',
    variable: 'COMFYFUNC_SYNC',
    tooltip: 'Whether published workflows appear in the workflow list, in the folder ComfyFunc.',
  },
  {
    id: 'hostId',
    without: 'the machine’s name',
    name: 'Host id',
    group: 'This host',
    kind: 'text',
    variable: 'COMFYFUNC_HOST_ID',
    tooltip: 'What the pool calls this ComfyUI.',
  },
  {
    id: 'address',
    without: 'found by itself',
    name: 'Address',
    group: 'This host',
    kind: 'url',
    variable: 'COMFYFUNC_ADDRESS',
    tooltip: 'How the server reaches this ComfyUI.',
  },
  {
    id: 'slots',
    name: 'Slots',
    group: 'This host',
    kind: 'number',
    variable: 'COMFYFUNC_SLOTS',
    min: 1,
    max: 64,
    tooltip: 'How many prompts may be here at once: one that executes, the others waiting.',
  },
  {
    id: 'labels',
    without: 'none',
    name: 'Labels',
    group: 'This host',
    kind: 'text',
    variable: 'COMFYFUNC_LABELS',
    tooltip: 'What workflows may ask of a host, such as gpu=h100,zone=eu.',
  },
  {
    id: 'heartbeatSeconds',
    name: 'Heartbeat',
    group: 'This host',
    kind: 'number',
    variable: 'COMFYFUNC_HEARTBEAT',
    min: 5,
    max: 600,
    tooltip: 'Every how many seconds the pool hears from this ComfyUI.',
  },
])

/**
 * What an input of a setting shows.
 * @param {PackSetting} setting
 * @param {import('./badges.js').SettingState | undefined} state undefined while it is not known.
 * @returns {{ value: string, checked: boolean, placeholder: string, isFixed: boolean, note: string }}
 */
export function shownOf(setting, state) {
  const isOwn = state?.source !== undefined && state.source !== 'default'
  const effective = state?.value ?? state?.default
  const isFixed = state === undefined || state.source === 'environment'
  return {
    value: setting.kind === 'secret' ? '' : setting.kind === 'choice' ? `${effective ?? ''}` : isOwn ? `${state?.value ?? ''}` : '',
    checked: effective === true,
    placeholder: setting.kind === 'secret' ? (state?.isSet ? 'set' : 'not set') : `${state?.default || (setting.without ?? '')}`,
    isFixed,
    note: state === undefined ? 'not known' : isFixed ? `set by ${setting.variable}` : '',
  }
}

/**
 * What is to be sent for what was entered; undefined for nothing.
 * @param {PackSetting} setting
 * @param {{ value: string, checked: boolean }} entered
 * @param {import('./badges.js').SettingState | undefined} state
 * @returns {unknown}
 */
export function changeOf(setting, entered, state) {
  if (state === undefined || state.source === 'environment') {
    return undefined
  }
  if (setting.kind === 'switch') {
    return entered.checked === (state.value ?? state.default) ? undefined : entered.checked
  }
  const text = entered.value.trim()
  if (setting.kind === 'secret') {
    return text === '' ? undefined : text
  }
  if (text === '') {
    return state.source === 'default' ? undefined : null
  }
  const value = setting.kind === 'number' && Number.isFinite(Number(text)) ? Number(text) : text
  return value === (state.value ?? state.default) ? undefined : value
}
