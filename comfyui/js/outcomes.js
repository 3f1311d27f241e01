/** @file What became of a workflow that was sent, as the answer's true status says. */

/**
 * @typedef {{ kind?: string, detail?: string, isBreaking?: boolean, pointer?: string }} Difference
 * @typedef {{ message?: string, node?: string, title?: string | null }} PromptDifference
 * @typedef {{ rule?: string, severity?: string, message?: string, node?: string, title?: string }} Finding
 * @typedef {{ agrees?: boolean | null, differences?: PromptDifference[], differencesLeft?: number, report?: Finding[] }} Conversion
 * @typedef {{ code?: string, detail?: string, pointer?: string }} Warning
 * @typedef {{ name?: string, version?: number, saved?: boolean, contract?: import('./curl.js').Contract,
 *   differences?: Difference[], conversion?: Conversion, warnings?: Warning[], hosts?: { id: string, capable: boolean }[] }} Answer
 * @typedef {{ pointer?: string, detail?: string, code?: string }} Fault
 * @typedef {{ title?: string, detail?: string, code?: string, status?: number, errors?: Fault[] }} Problem
 * @typedef {{ kind: 'saved', answer: Answer } | { kind: 'unchanged', answer: Answer } | { kind: 'checked', answer: Answer }
 *   | { kind: 'pending', detail: string } | { kind: 'refused', problem: Problem }
 *   | { kind: 'failed', detail: string }} Outcome
 */

/**
 * @param {number} status 201 is a new version, 200 the one that was there.
 * @param {unknown} body undefined when it is no JSON.
 * @returns {Outcome}
 */
export function outcomeOf(status, body) {
  const said = isObject(body) ? body : null
  if (status === 202 && said?.state === 'pending') {
    return { kind: 'pending', detail: textOf(said.detail) ?? 'It will be published when the server answers again.' }
  }
  if ((status === 200 || status === 201) && said && Number.isInteger(said.version)) {
    const answer = /** @type {Answer} */ (said)
    return answer.saved === false
      ? { kind: 'checked', answer }
      : status === 201
        ? { kind: 'saved', answer }
        : { kind: 'unchanged', answer }
  }
  if (status >= 400 && status < 500 && said && (textOf(said.code) || textOf(said.detail))) {
    return { kind: 'refused', problem: /** @type {Problem} */ (said) }
  }
  return { kind: 'failed', detail: failureOf(status, said) }
}

/**
 * What is wrong, all of it.
 * @param {Problem} problem
 * @returns {Fault[]}
 */
export function faultsOf(problem) {
  const faults = Array.isArray(problem.errors) ? problem.errors.filter(isObject) : []
  return faults.length > 0 ? faults : [{ detail: problem.detail ?? problem.title ?? 'The server did not say why.' }]
}

/**
 * What callers will notice, in a few words.
 * @param {readonly Difference[] | undefined} differences
 */
export function summaryOf(differences) {
  const all = differences?.length ?? 0
  const breaking = differences?.filter((d) => d.isBreaking).length ?? 0
  return all === 0
    ? 'Nothing changed for callers.'
    : breaking === 0
      ? `${counted(all, 'change')} for callers, none of which breaks their calls.`
      : `${counted(all, 'change')} for callers, ${breaking} of which ${breaking === 1 ? 'breaks' : 'break'} their calls.`
}

/**
 * @param {number} count
 * @param {string} what
 */
export function counted(count, what) {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/**
 * @param {number} status
 * @param {Record<string, any> | null} said
 */
function failureOf(status, said) {
  const why = textOf(said?.detail) ?? textOf(said?.title)
  return (
    why ??
    (status === 0
      ? 'ComfyUI did not answer.'
      : status >= 200 && status < 300
        ? 'The answer is none of the server’s; is the address right?'
        : `The answer was ${status} without a reason.`)
  )
}

/** @param {unknown} value @returns {string | null} */
function textOf(value) {
  return typeof value === 'string' && value !== '' ? value : null
}

/** @param {unknown} value @returns {value is Record<string, any>} */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
