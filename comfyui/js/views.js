/** @file What panels say: of a saved workflow, of a refused one, of one that waits. */

import { curlLine } from './curl.js'
import { copyable, el } from './dom.js'
import { counted, faultsOf, summaryOf } from './outcomes.js'
import { nodeOfPointer } from './pointers.js'

const MOST_LINES = 50

/**
 * @param {string} text
 * @param {'good' | 'warn' | 'bad' | 'plain'} how
 */
export function chip(text, how) {
  return el('span', { class: `comfyfunc-chip is-${how}` }, text)
}

/**
 * Where a workflow is called, and how.
 * @param {string} url
 * @param {import('./curl.js').Contract | undefined} contract
 * @param {import('./curl.js').Keys} keys
 */
export function callView(url, contract, keys) {
  return [el('h3', {}, 'Call it'), copyable('URL', url), copyable('curl line', curlLine(url, contract, keys))]
}

/**
 * Inputs and outputs, by tag.
 * @param {import('./curl.js').Contract | undefined} contract
 */
export function contractView(contract) {
  const tags = contract?.tags ?? []
  const outputs = contract?.outputs ?? []
  return [
    el('h3', {}, 'Inputs'),
    ...(tags.length === 0
      ? [el('p', { class: 'comfyfunc-muted' }, 'None. A tag in a node’s title, such as [prompt], lets callers set its widgets.')]
      : tags.map((t) =>
          el('div', { class: 'comfyfunc-tag' }, el('strong', {}, t.name), el('table', {}, el('tbody', {}, ...t.inputs.map(inputRow)))),
        )),
    el('h3', {}, 'Outputs'),
    el(
      'ul',
      {},
      ...outputs.map((o) => el('li', {}, el('span', {}, o.tag), chip(o.kind, 'plain'))),
      outputs.length === 0 ? el('li', { class: 'comfyfunc-muted' }, 'None.') : null,
    ),
  ]
}

/** @param {import('./curl.js').ContractInput} input */
function inputRow(input) {
  const saved = input.required ? 'required' : input.seed ? 'drawn for each run' : spelled(input.default)
  const range = [input.min, input.max].some((n) => typeof n === 'number') ? `${input.min ?? '…'} to ${input.max ?? '…'}` : ''
  const choices = Array.isArray(input.options) ? counted(input.options.length, 'choice') : ''
  const told = [saved, range, choices].filter((s) => s !== '').join(' · ')
  return el('tr', {}, el('td', { title: input.name }, input.name), el('td', {}, input.type), el('td', { title: told }, told))
}

/**
 * What changed for callers since the last version.
 * @param {readonly import('./outcomes.js').Difference[] | undefined} differences
 */
export function differencesView(differences) {
  return [
    el('h3', {}, 'Since the last version'),
    el('p', {}, summaryOf(differences)),
    lines(
      (differences ?? []).map((d) =>
        el('li', {}, d.isBreaking ? chip('breaking', 'bad') : chip('compatible', 'plain'), el('span', {}, d.detail ?? d.kind ?? '')),
      ),
    ),
  ]
}

/**
 * What the conversion of the graph has to say, and what its author should know.
 * @param {import('./outcomes.js').Answer} answer
 */
export function reportView(answer) {
  const conversion = answer.conversion
  const report = [
    ...(conversion?.differences ?? []).map((d) => el('li', {}, chip('differs', 'warn'), el('span', {}, d.message ?? ''))),
    ...(conversion?.report ?? []).map((f) =>
      el(
        'li',
        {},
        chip(f.severity ?? 'note', f.severity === 'note' ? 'plain' : 'warn'),
        el('span', {}, named(f.title ?? f.node, f.message)),
      ),
    ),
    ...(answer.warnings ?? []).map((w) => el('li', {}, chip('warning', 'warn'), el('span', {}, w.detail ?? w.code ?? ''))),
  ]
  const more = conversion?.differencesLeft ?? 0
  return report.length === 0
    ? []
    : [
        el('h3', {}, 'Good to know'),
        lines(report),
        more > 0 ? el('p', { class: 'comfyfunc-muted' }, `${counted(more, 'more difference')}.`) : null,
      ]
}

/**
 * Which hosts can run it, where it is not all of them.
 * @param {import('./outcomes.js').Answer} answer
 */
export function hostsView(answer) {
  const hosts = Array.isArray(answer.hosts) ? answer.hosts : []
  const able = hosts.filter((h) => h.capable).length
  return able === hosts.length
    ? []
    : [el('p', {}, able === 0 ? 'No host of the pool can run it now.' : `${able} of ${hosts.length} hosts can run it now.`)]
}

/**
 * Every fault, with a button that leads to its node.
 * @param {import('./outcomes.js').Problem} problem
 * @param {import('./pointers.js').Graph | undefined} graph
 * @param {(id: string) => void} find
 */
export function faultsView(problem, graph, find) {
  const faults = faultsOf(problem)
  return [
    el('p', {}, problem.title ?? problem.detail ?? 'The server refused this workflow.'),
    lines(
      faults.map((f) => {
        const id = nodeOfPointer(f.pointer, graph)
        return el(
          'li',
          { class: 'is-fault' },
          el(
            'span',
            {},
            f.detail ?? f.code ?? 'No reason was given.',
            f.pointer ? el('div', { class: 'comfyfunc-muted' }, f.pointer) : null,
          ),
          id === null ? null : el('button', { type: 'button', click: () => find(id) }, `Node ${id}`),
        )
      }),
    ),
  ]
}

/** @param {HTMLLIElement[]} items */
function lines(items) {
  const left = items.length - MOST_LINES
  return el('ul', {}, ...items.slice(0, MOST_LINES), left > 0 ? el('li', { class: 'comfyfunc-muted' }, `and ${left} more`) : null)
}

/**
 * @param {string | undefined} title
 * @param {string | undefined} message
 */
function named(title, message) {
  return title ? `${title}: ${message ?? ''}` : (message ?? '')
}

/** @param {unknown} value */
function spelled(value) {
  return value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}
