// The parts that need no browser.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const at = (file) => new URL(`../../../../comfyui/js/${file}`, import.meta.url)
const { faultOfName, nameForFile } = await import(at('names.js'))
const { nodeOfPointer, messagesByNode, segmentsOf } = await import(at('pointers.js'))
const { curlLine, exampleBody, quoted } = await import(at('curl.js'))
const { outcomeOf, faultsOf, summaryOf } = await import(at('outcomes.js'))
const { badgeOf } = await import(at('badges.js'))
const { PACK_SETTINGS, changeOf, shownOf } = await import(at('setting-list.js'))
const { fileOf, watchSaves } = await import(at('saves.js'))

test('names are what the server takes, and what is wrong is said', () => {
  for (const name of ['a', 'txt2img', 'Flux 2.1 - fast_v3', 'Größe', '日本', 'x'.repeat(100)]) {
    assert.equal(faultOfName(name), null, name)
  }
  assert.match(faultOfName(''), /needed/)
  assert.match(faultOfName('x'.repeat(101)), /100 characters.*101/)
  assert.match(faultOfName('a/b:c'), /“\/”, “:”/)
  assert.match(faultOfName('<b>'), /“<”/)
  for (const name of ['.hidden', 'a.', '-a', ' ', 'a ']) {
    assert.match(faultOfName(name), /begins and ends/, name)
  }
})

test('what is proposed for a file is allowed', () => {
  assert.equal(nameForFile('workflows/portraits/My portrait (2).json'), 'My-portrait-2')
  assert.equal(nameForFile('workflows/Größe.app.json'), 'Größe')
  assert.equal(nameForFile('workflows/../…json'), 'json')
  for (const file of [null, '', 'workflows/.json', 'workflows/???.json']) {
    assert.equal(nameForFile(file), 'workflow', `${file}`)
  }
  for (const file of ['workflows/<img src=x>.json', `workflows/${'ü-'.repeat(99)}.json`, 'workflows/-a-.json', 'a.b..json']) {
    assert.equal(faultOfName(nameForFile(file)), null, file)
  }
})

const graph = {
  nodes: [
    { id: 40, type: 'A' },
    { id: 7, type: 'outer' },
    { id: 'x/y', type: 'B' },
  ],
  definitions: {
    subgraphs: [
      { id: 'inner', nodes: [{ id: 1, type: 'C' }] },
      { id: 'outer', nodes: [{ id: 2, type: 'inner' }] },
      { id: 'nowhere', nodes: [{ id: 3, type: 'nowhere' }] },
    ],
  },
}

test('pointers lead to nodes of the outermost graph', () => {
  const expected = {
    '/prompt/3/inputs/steps': '3',
    '/prompt/3': '3',
    '/prompt/1:2:3/inputs/seed': '1',
    '/prompt/x~1y/class_type': 'x/y',
    '/workflow/nodes/0/widgets_values/2': '40',
    '/workflow/nodes/2': 'x/y',
    '/workflow/definitions/subgraphs/1/nodes/0': '7',
    '/workflow/definitions/subgraphs/0/nodes/0/type': '7',
    '/workflow/definitions/subgraphs/2/nodes/0': null,
    '/workflow/definitions/subgraphs/9/nodes/0': null,
    '/workflow/nodes/9': null,
    '/workflow/nodes': null,
    '/workflow/links/0': null,
    '/requires/labels': null,
    '/prompt': null,
    '': null,
    'prompt/3': null,
  }
  for (const [pointer, id] of Object.entries(expected)) {
    assert.equal(nodeOfPointer(pointer, graph), id, pointer)
  }
  for (const pointer of [undefined, null, 5, {}]) {
    assert.equal(nodeOfPointer(pointer, graph), null)
  }
  assert.equal(nodeOfPointer('/workflow/nodes/0', undefined), null)
  assert.deepEqual(segmentsOf('/a~01/b~1c/'), ['a~1', 'b/c', ''])
})

test('what is wrong is gathered by node, in its order', () => {
  const messages = messagesByNode(
    [
      { pointer: '/prompt/9/inputs/a', detail: 'one' },
      { pointer: '/workflow/nodes/0', detail: 'two' },
      { pointer: '/prompt/9', detail: 'three' },
      { detail: 'of no node' },
      { pointer: '/prompt/4' },
    ],
    graph,
  )
  assert.deepEqual(
    [...messages],
    [
      ['9', ['one', 'three']],
      ['40', ['two']],
      ['4', ['This node is refused.']],
    ],
  )
  assert.equal(messagesByNode(undefined, graph).size, 0)
})

test('the line that calls a workflow is one that a shell takes', () => {
  const contract = {
    tags: [
      {
        name: "it's $HOME `id`",
        inputs: [
          { name: 'text', type: 'STRING', default: 'a \'b\' "c" \\ $d\n!' },
          { name: 'seed', type: 'INT', default: 1, seed: true },
        ],
      },
      { name: 'photo', inputs: [{ name: 'image', type: 'FILE', default: 'x.png', upload: 'image', required: true }] },
    ],
  }
  const body = { photo: { image: 'https://example.org/image' }, "it's $HOME `id`": { text: 'a \'b\' "c" \\ $d\n!' } }
  assert.deepEqual(exampleBody(contract), body)
  const wordsOf = (keys) => {
    const line = curlLine("http://host/api/workflows/it's", contract, keys)
    const script = `curl() { for a in "$@"; do printf '%s\\0' "$a"; done; }\nCOMFYFUNC_KEY=k\nCOMFYFUNC_FUNCTION_KEY='f=='\n${line}`
    return execFileSync('sh', ['-c', script]).toString().split('\0').slice(0, -1)
  }
  assert.deepEqual(
    wordsOf({ caller: false, platform: true }).filter((w) => w.includes(': ')),
    ['Content-Type: application/json', 'x-functions-key: f=='],
  )
  assert.deepEqual(wordsOf({ caller: true, platform: false }), [
    '-X',
    'POST',
    "http://host/api/workflows/it's",
    '-H',
    'Content-Type: application/json',
    '-H',
    'Authorization: Bearer k',
    '-d',
    JSON.stringify(body),
  ])
  assert.equal(quoted("'"), `''\\'''`)
  assert.deepEqual(exampleBody(undefined), {})
  assert.doesNotMatch(curlLine('http://h', undefined, { caller: false, platform: false }), /Authorization|functions-key/)
})

test('an outcome is what the status says, and nothing is saved that was not', () => {
  const kind = (status, body) => outcomeOf(status, body).kind
  assert.equal(kind(201, { version: 1 }), 'saved')
  assert.equal(kind(200, { version: 2 }), 'unchanged')
  assert.equal(kind(200, { version: 2, saved: false }), 'checked')
  assert.equal(kind(202, { state: 'pending' }), 'pending')
  assert.equal(kind(422, { code: 'invalid_workflow', detail: 'no' }), 'refused')
  for (const [status, body] of [
    [200, undefined],
    [200, {}],
    [200, []],
    [200, 'v1'],
    [200, { version: '1' }],
    [202, { version: 1 }],
    [204, undefined],
    [500, { code: 'internal_error', detail: 'x', version: 1 }],
    [503, { code: 'facade_unreachable' }],
    [502, undefined],
    [0, undefined],
    [404, undefined],
    [413, 'too large'],
    [302, { version: 3 }],
  ]) {
    assert.equal(kind(status, body), 'failed', `${status} ${JSON.stringify(body)}`)
  }
  assert.deepEqual(outcomeOf(503, { code: 'facade_unreachable', detail: 'away' }, null), { kind: 'failed', detail: 'away' })
})

test('all faults are listed, and a problem without any is one', () => {
  assert.deepEqual(
    faultsOf({ detail: 'd', errors: [{ detail: 'a' }, { detail: 'b' }] }).map((f) => f.detail),
    ['a', 'b'],
  )
  assert.deepEqual(faultsOf({ detail: 'd', errors: [] }), [{ detail: 'd' }])
  assert.deepEqual(faultsOf({ title: 't', errors: 'garbage' }), [{ detail: 't' }])
  assert.equal(faultsOf({}).length, 1)
})

test('differences are counted for callers', () => {
  assert.equal(summaryOf([]), 'Nothing changed for callers.')
  assert.equal(summaryOf([{ isBreaking: false }]), '1 change for callers, none of which breaks their calls.')
  assert.equal(summaryOf([{ isBreaking: true }, {}, {}]), '3 changes for callers, 1 of which breaks their calls.')
})

test('the badge says how server and workflow are, what is worst first', () => {
  const up = {
    facade: 'http://f',
    connected: true,
    workflows: {
      a: { version: 12, state: 'published' },
      b: { state: 'pending', version: 2 },
      c: { state: 'refused', problem: { detail: 'why' } },
    },
    pending: ['d'],
  }
  const of = (status, name) => {
    const { text, variant } = badgeOf(status, name)
    return `${text} (${variant})`
  }
  assert.equal(of(null, 'a'), 'ComfyFunc (warning)')
  assert.equal(of(up, null), 'ComfyFunc (info)')
  assert.equal(of(up, 'unknown'), 'ComfyFunc (info)')
  assert.equal(of(up, 'a'), 'a v12 (info)')
  assert.equal(of(up, 'b'), 'b pending (warning)')
  assert.equal(of(up, 'd'), 'd pending (warning)')
  assert.equal(of(up, 'c'), 'c refused (error)')
  assert.equal(badgeOf(up, 'c').tooltip, 'why')
  assert.equal(of({ ...up, connected: false, problem: 'refused' }, 'a'), 'a v12 · server down (warning)')
  assert.equal(of({ ...up, connected: false }, null), 'server down (warning)')
  assert.equal(of({ ...up, facade: null, connected: false }, null), 'ComfyFunc (info)')
})

test('settings show where they come from, and tell only what was changed', () => {
  const by = (id) => PACK_SETTINGS.find((s) => s.id === id)
  assert.deepEqual(PACK_SETTINGS.map((s) => s.id).toSorted(), [
    'address',
    'autoPublish',
    'facadeUrl',
    'functionKey',
    'heartbeatSeconds',
    'hostId',
    'key',
    'labels',
    'register',
    'slots',
    'sync',
  ])
  assert.deepEqual(shownOf(by('slots'), { value: 2, source: 'default', default: 2 }), {
    value: '',
    checked: false,
    placeholder: '2',
    isFixed: false,
    note: '',
  })
  assert.deepEqual(shownOf(by('key'), { value: 'leaked', isSet: true, source: 'settings', default: null }), {
    value: '',
    checked: false,
    placeholder: 'set',
    isFixed: false,
    note: '',
  })
  assert.equal(shownOf(by('labels'), { value: 'a=b', source: 'environment', default: '' }).note, 'set by COMFYFUNC_LABELS')
  assert.equal(shownOf(by('labels'), undefined).isFixed, true)
  const change = (id, value, state, checked = false) => changeOf(by(id), { value, checked }, state)
  assert.equal(change('slots', '4', { value: 2, source: 'default', default: 2 }), 4)
  assert.equal(change('slots', 'four', { value: 2, source: 'default', default: 2 }), 'four')
  assert.equal(change('slots', '2', { value: 2, source: 'settings', default: 2 }), undefined)
  assert.equal(change('slots', '', { value: 3, source: 'settings', default: 2 }), null)
  assert.equal(change('slots', '', { value: 2, source: 'default', default: 2 }), undefined)
  assert.equal(change('key', ' k ', { isSet: true, source: 'settings' }), 'k')
  assert.equal(change('key', '', { isSet: true, source: 'settings' }), undefined)
  assert.equal(change('sync', '', { value: true, source: 'default', default: true }, false), false)
  assert.equal(change('sync', '', { value: true, source: 'default', default: true }, true), undefined)
  assert.equal(change('labels', 'x', { value: 'a', source: 'environment' }), undefined)
  assert.equal(change('labels', 'x', undefined), undefined)
})

test('routes that write a workflow are told from others', () => {
  assert.equal(fileOf('/userdata/workflows%2Fa%20b.json?overwrite=true'), 'workflows/a b.json')
  assert.equal(fileOf('/api/userdata/workflows%2Fdir%2Fa.json'), 'workflows/dir/a.json')
  for (const route of [
    '/userdata/comfy.settings.json',
    '/userdata/workflows%2F.index.json',
    '/userdata/workflows%2Fa.json/move/b',
    '/userdata/%E0%A4%A',
    '/prompt',
    undefined,
  ]) {
    assert.equal(fileOf(route), null, `${route}`)
  }
})

test('a save that throws at once, or is looked at by something that throws, is left as it is', async () => {
  const api = {
    storeUserData: () => {
      throw new Error('full')
    },
    fetchApi: async () => ({ ok: true }),
  }
  watchSaves(api, () => {
    throw new Error('looked')
  })
  assert.throws(() => api.storeUserData('workflows/a.json', '{}'), /full/)
  const { error } = console
  console.error = () => {}
  try {
    assert.deepEqual(await api.fetchApi('/userdata/workflows%2Fa.json', { method: 'POST', body: '{}' }), { ok: true })
  } finally {
    console.error = error
  }
})

test('nothing is read as HTML, and only the entry imports what is the editor’s', () => {
  for (const file of readdirSync(fileURLToPath(at('')))) {
    const text = readFileSync(at(file), 'utf8')
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|renderMarkdownToHtml/, file)
    assert.equal(/from '\.\.\//.test(text), file === 'comfyfunc.js', file)
  }
})

test('a file that is loaded as an extension by mistake does nothing', async () => {
  const before = Object.getOwnPropertyNames(globalThis)
  for (const file of readdirSync(fileURLToPath(at(''))).filter((f) => f !== 'comfyfunc.js')) {
    await import(at(file))
  }
  assert.deepEqual(Object.getOwnPropertyNames(globalThis), before)
})
