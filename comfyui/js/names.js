/** @file What a workflow may be called by callers, and what to propose for a file. */

const ALLOWED = /^[\p{L}\p{Nd}](?:[\p{L}\p{Nd} ._-]{0,98}[\p{L}\p{Nd}])?$/u

/**
 * What is wrong with a name; null when nothing is.
 * @param {string} name
 * @returns {string | null}
 */
export function faultOfName(name) {
  if (ALLOWED.test(name)) {
    return null
  }
  if (name.length === 0) {
    return 'A name is needed.'
  }
  if (name.length > 100) {
    return `A name has at most 100 characters, and this one has ${name.length}.`
  }
  const foreign = [...new Set(name.match(/[^\p{L}\p{Nd} ._-]/gu) ?? [])]
  return foreign.length > 0
    ? `A name has letters, digits, spaces, dots, dashes and underscores only, and no ${foreign.map((c) => `“${c}”`).join(', ')}.`
    : 'A name begins and ends with a letter or a digit.'
}

/**
 * A name that is allowed, as near to a file's as can be.
 * @param {string | null | undefined} file A path or a name, with or without its ending.
 */
export function nameForFile(file) {
  const base =
    (file ?? '')
      .split('/')
      .at(-1)
      ?.replace(/(?:\.app)?\.json$/i, '') ?? ''
  const safe = base
    .normalize('NFC')
    .replace(/[^\p{L}\p{Nd}._-]+/gu, '-')
    .slice(0, 100)
    .replace(/^[^\p{L}\p{Nd}]+/u, '')
    .replace(/[^\p{L}\p{Nd}]+$/u, '')
  return safe === '' ? 'workflow' : safe
}
