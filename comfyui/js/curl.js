/** @file The line that calls a workflow. */

/**
 * @typedef {{ name: string, type: string, default?: unknown, seed?: boolean, required?: boolean, upload?: string | null,
 *   min?: number | null, max?: number | null, options?: unknown[] | null, ofChoice?: { isSaved: boolean } }} ContractInput
 * @typedef {{ name: string, canBypass?: boolean, inputs: ContractInput[] }} ContractTag
 * @typedef {{ tag: string, kind: string }} ContractOutput
 * @typedef {{ caller: boolean, platform: boolean }} Keys The server's own, and the function key of an app on Azure.
 * @typedef {{ tags?: ContractTag[], outputs?: ContractOutput[] }} Contract
 */

const MOST_INPUTS = 4

/**
 * A call's body that shows what can be set: what must be, then saved values.
 * @param {Contract | null | undefined} contract
 * @returns {Record<string, Record<string, unknown>>}
 */
export function exampleBody(contract) {
  const settable = (contract?.tags ?? []).flatMap((t) => t.inputs.map((input) => ({ tag: t.name, input })))
  const shown = [...settable.filter((s) => s.input.required), ...settable.filter((s) => isTelling(s.input))].slice(0, MOST_INPUTS)
  /** @type {Record<string, Record<string, unknown>>} */
  const body = {}
  for (const { tag, input } of shown) {
    ;(body[tag] ??= {})[input.name] = input.required ? `https://example.org/${input.upload ?? 'file'}` : input.default
  }
  return body
}

/**
 * @param {string} url
 * @param {Contract | null | undefined} contract
 * @param {Keys} keys Which of them callers are likely to need.
 */
export function curlLine(url, contract, keys) {
  const key = keys.caller ? ' -H "Authorization: Bearer $COMFYFUNC_KEY"' : ''
  const platform = keys.platform ? ' -H "x-functions-key: $COMFYFUNC_FUNCTION_KEY"' : ''
  return `curl -X POST ${quoted(url)} -H 'Content-Type: application/json'${key}${platform} -d ${quoted(JSON.stringify(exampleBody(contract)))}`
}

/**
 * Text as one word of a POSIX shell.
 * @param {string} text
 */
export function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** @param {ContractInput} input */
function isTelling(input) {
  return (
    !input.required &&
    !input.seed &&
    input.default !== null &&
    input.default !== undefined &&
    typeof input.default !== 'object' &&
    input.type !== 'FILE' &&
    input.ofChoice?.isSaved !== false &&
    `${input.default}`.length <= 200
  )
}
