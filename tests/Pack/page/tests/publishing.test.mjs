// Publishing by command: the name, what is sent, and what is said of every answer.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CONTRACT, GRAPH, answerOf, named, open } from './browser.mjs'
import { newStatus, problem } from './server.mjs'

const PUBLISH = '/comfyfunc/publish'
let browser
before(async () => {
  browser = await open()
})
after(() => browser?.close())

test('the command is in the menu, on a key of its own and in the action bar', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  editor.pack.answers[PUBLISH] = { status: 201, body: answerOf(1) }
  const { page } = editor

  await page.getByText('Workflow', { exact: true }).click()
  await page.getByText('Save API Endpoint', { exact: true }).click()
  await editor.posted(PUBLISH, 1)
  await editor.panel.waitFor()
  editor.pack.answers[PUBLISH] = { status: 200, body: answerOf(1) }
  await page.locator('#graph-canvas').focus()
  await page.keyboard.press('Control+Shift+S')
  await editor.posted(PUBLISH, 2)
  await editor.toast('unchanged')
  await page.getByTestId('action-bar-button').click()
  await editor.posted(PUBLISH, 3)

  const bound = await page.evaluate(() => [...window.standIn.keybindings].filter(([, id]) => id.startsWith('comfyfunc.')))
  assert.deepEqual(bound, [['Ctrl + Shift + S', 'comfyfunc.publish']])
  const { RESERVED } = await import('../stand-in/keybindings.js')
  assert.ok(!RESERVED.has(bound[0][0]))
  assert.deepEqual(await page.evaluate(() => window.standIn.menu.Workflow.slice(1)), [
    'comfyfunc.publish',
    'comfyfunc.publishAs',
    'comfyfunc.check',
    'comfyfunc.showEndpoint',
  ])
  assert.deepEqual(page.failures, [])
})

test('the first time asks for a name, says what is wrong with one, and remembers it in the file', async () => {
  const editor = await browser.editor({ file: 'workflows/My portrait (2).json' })
  editor.pack.answers[PUBLISH] = { status: 201, body: answerOf(1) }
  const { page, prompt } = editor

  const isModified = () => page.evaluate(() => window.standIn.app.extensionManager.workflow.activeWorkflow.isModified)
  assert.equal(await isModified(), false)
  await editor.run('comfyfunc.publish')
  assert.equal(await prompt.locator('input').inputValue(), 'My-portrait-2')
  await prompt.locator('input').fill('a/b')
  await prompt.getByText('Confirm').click()
  await prompt.getByText('no “/”').waitFor()
  assert.equal(await prompt.locator('input').inputValue(), 'a/b')
  assert.equal(editor.pack.posts(PUBLISH).length, 0)
  await prompt.locator('input').fill('  portrait ')
  await prompt.getByText('Confirm').click()
  const [sent] = await editor.posted(PUBLISH)

  assert.equal(sent.name, 'portrait')
  assert.equal(sent.file, 'workflows/My portrait (2).json')
  assert.equal('validateOnly' in sent, false)
  assert.deepEqual(sent.workflow.extra, { comfyfunc: { name: 'portrait' } })
  assert.equal(sent.workflow.nodes.length, GRAPH.nodes.length)
  assert.deepEqual(Object.keys(sent.prompt), ['3', '7', '9', '12:5:6'])
  await editor.panel.waitFor()
  assert.equal(await isModified(), true)

  await editor.save()
  assert.equal(await isModified(), false)
  const saved = JSON.parse(editor.pack.files['workflows/My portrait (2).json'])
  assert.deepEqual(saved.extra.comfyfunc, { name: 'portrait' })
  await page.evaluate((g) => window.standIn.open('workflows/again.json', g), saved)
  await editor.run('comfyfunc.publish')
  const sentAgain = await editor.posted(PUBLISH, 2)
  assert.equal(sentAgain[1].name, 'portrait')
})

test('who cancels publishes nothing', async () => {
  const editor = await browser.editor()
  await editor.run('comfyfunc.publish')
  await editor.prompt.getByText('Cancel').click()
  await editor.settled()
  assert.equal(editor.pack.posts(PUBLISH).length, 0)
  assert.deepEqual(await editor.extra(), {})
})

test('a workflow without a file is published, and no file is named', async () => {
  const editor = await browser.editor({ file: 'workflows/Unsaved Workflow.json', isTemporary: true })
  editor.pack.answers[PUBLISH] = { status: 201, body: answerOf(1) }
  await editor.run('comfyfunc.publish')
  assert.equal(await editor.prompt.locator('input').inputValue(), 'Unsaved-Workflow')
  await editor.prompt.getByText('Confirm').click()
  const [sent] = await editor.posted(PUBLISH)
  assert.equal('file' in sent, false)
})

test('a new version shows where it is called, what can be set, and what changed', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  editor.pack.answers[PUBLISH] = {
    status: 201,
    body: answerOf(13, {
      differences: [
        { kind: 'inputRemoved', detail: "The input 'cfg' of 'sampler' is gone.", isBreaking: true, pointer: '/sampler/cfg' },
        { kind: 'tagAdded', detail: "The tag 'photo' is new.", isBreaking: false, pointer: '/photo' },
      ],
      conversion: {
        agrees: false,
        differences: [{ kind: 'value', node: '3', message: "'steps' is 20 in the graph and 21 in the prompt." }],
        differencesLeft: 2,
        report: [{ rule: 'G9', severity: 'note', title: 'A note', message: 'A tag on a note means nothing.' }],
      },
      warnings: [{ code: 'option_missing', detail: 'No host has the model sd.safetensors.', pointer: '/prompt/7' }],
      hosts: [
        { id: 'a', capable: true },
        { id: 'b', capable: false },
      ],
    }),
  }
  await editor.run('comfyfunc.publish')
  await editor.panel.waitFor()
  const text = await editor.panel.innerText()

  for (const part of [
    'version 13',
    'http://facade.example:7071/api/workflows/txt2img',
    "curl -X POST 'http",
    '2 changes for callers, 1 of which breaks',
    'breaking\n',
    "The input 'cfg' of 'sampler' is gone.",
    "The tag 'photo' is new.",
    'sampler_name',
    '3 choices',
    'required',
    'picture',
    "'steps' is 20",
    '2 more differences',
    'A note: A tag on a note',
    'No host has the model',
    '1 of 2 hosts',
  ]) {
    assert.ok(text.includes(part), `${part} in\n${text}`)
  }
  assert.equal(await editor.panel.locator('.comfyfunc-chip.is-bad').count(), 1)
  const toast = await editor.toast('txt2img v13 is published')
  assert.equal(toast.severity, 'warn')
  await editor.panel.getByLabel('Copy curl line').click()
  await editor.panel.getByText('Copied').waitFor()
  const copied = await editor.page.evaluate(() => navigator.clipboard.readText())
  assert.match(copied, /^curl -X POST 'http:\/\/facade\.example:7071\/api\/workflows\/txt2img' .*Bearer \$COMFYFUNC_KEY/)
  await editor.shot('published')
  await editor.panel.getByLabel('Close', { exact: true }).click()
  assert.equal(await editor.panel.count(), 0)
})

test('what is the same is unchanged', async () => {
  const editor = await browser.editor({
    graph: named('txt2img'),
    status: newStatus({ workflows: { txt2img: { version: 4, state: 'published', problem: null } } }),
  })
  editor.pack.answers[PUBLISH] = { status: 200, body: answerOf(4) }
  await editor.run('comfyfunc.publish')
  assert.equal((await editor.toast('txt2img v4 is unchanged')).severity, 'info')
  assert.match(await editor.panel.innerText(), /version 4, unchanged/)
})

test('when the server is away it waits, and is never called saved', async () => {
  const editor = await browser.editor({ graph: named('txt2img'), status: newStatus({ connected: false, problem: 'refused' }) })
  editor.pack.answers[PUBLISH] = {
    status: 202,
    body: { state: 'pending', detail: 'It will be published when http://facade.example:7071 answers.' },
  }
  await editor.run('comfyfunc.publish')
  assert.equal((await editor.toast('txt2img waits to be published')).severity, 'warn')
  const text = await editor.panel.innerText()
  assert.match(text, /pending/)
  assert.match(text, /It will be published when/)
  const all = `${text} ${JSON.stringify(await editor.toasts())} ${await editor.badge.innerText()}`
  assert.doesNotMatch(all, /is published|\bsaved\b|version/i)
  await editor.badge.getByText('txt2img pending').waitFor()
})

const REFUSAL = problem('invalid_workflow', '5 things are wrong; errors lists each.', [
  { pointer: '/workflow/nodes/1/widgets_values/1', detail: "'steps' is 99999, and the most is 10000." },
  { pointer: '/prompt/3/inputs/cfg', detail: "'cfg' is no number." },
  { pointer: '/prompt/12:5:6/inputs/vae', detail: 'A link is missing.' },
  { pointer: '/workflow/definitions/subgraphs/1/nodes/0', detail: 'No host has the class VAEDecode.' },
  { pointer: '/requires', detail: 'Nobody reads that.' },
])

test('a refusal is told, listed and marked on the nodes', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  editor.pack.answers[PUBLISH] = { status: 422, body: REFUSAL }
  await editor.run('comfyfunc.publish')
  const toast = await editor.toast('txt2img was refused')

  assert.equal(toast.severity, 'error')
  assert.match(toast.detail, /5 faults\. 'steps' is 99999/)
  const text = await editor.panel.innerText()
  for (const { detail } of REFUSAL.errors) {
    assert.ok(text.includes(detail), detail)
  }
  assert.equal(await editor.panel.locator('li').count(), 5)
  const marked = await editor.marks.evaluateAll((all) => all.map((m) => [m.dataset.node, m.textContent]))
  assert.deepEqual(marked, [
    ['3', "'steps' is 99999, and the most is 10000.\n'cfg' is no number."],
    ['12', 'A link is missing.\nNo host has the class VAEDecode.'],
  ])
  const [mark, canvas] = [
    await editor.page.locator('[data-node="3"]').boundingBox(),
    await editor.page.locator('#graph-canvas').boundingBox(),
  ]
  assert.ok(Math.abs(mark.x + mark.width / 2 - (canvas.x + canvas.width / 2)) < 2, 'the first is in the middle')
  await editor.shot('refused')
  await editor.badge.getByText('txt2img refused').waitFor()

  await editor.panel.getByText('Node 12').first().click()
  const offset = await editor.page.evaluate(() => window.standIn.app.canvas.ds.offset[0])
  assert.equal(Math.round(offset), Math.round(canvas.width / 2 - (1400 + 130)))
})

test('a mark lies around its node wherever the canvas goes, and not over a subgraph', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  editor.pack.answers[PUBLISH] = { status: 422, body: REFUSAL }
  await editor.run('comfyfunc.publish')
  await editor.marks.first().waitFor()
  const { page } = editor
  await page.evaluate(() => Object.assign(window.standIn.app.canvas.ds, { scale: 0.5, offset: [-100, 60] }))
  await page.waitForFunction(() => Math.abs(document.querySelector('[data-node="3"]').offsetWidth - 162) < 1)
  const [mark, canvas] = [await page.locator('[data-node="3"]').boundingBox(), await page.locator('#graph-canvas').boundingBox()]
  assert.deepEqual([Math.round(mark.x - canvas.x), Math.round(mark.y - canvas.y)], [(900 - 100) / 2 - 6, (90 + 60) / 2 - 6])

  await page.evaluate(() => {
    const { app } = window.standIn
    app.canvas.setGraph(app.rootGraph.subgraphs.get('sub-1'))
  })
  await page.waitForFunction(() => document.querySelector('[data-node="3"]').hidden)
  await editor.panel.getByText('Node 3').first().click()
  await page.waitForFunction(() => !document.querySelector('[data-node="3"]').hidden)
})

test('a mark goes when its node changes, when it is removed, and with the next success', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  editor.pack.answers[PUBLISH] = {
    status: 422,
    body: problem(
      'invalid_workflow',
      'no',
      [3, 7, 9, 12].map((id) => ({ pointer: `/prompt/${id}`, detail: `${id}` })),
    ),
  }
  await editor.run('comfyfunc.publish')
  await editor.marks.nth(3).waitFor()
  const { page } = editor
  const ids = () => editor.marks.evaluateAll((all) => all.map((m) => m.dataset.node))

  await page.evaluate(() => {
    window.standIn.app.rootGraph.getNodeById(7).pos[0] += 50
  })
  await page.mouse.click(400, 700)
  assert.deepEqual(await ids(), ['3', '7', '9', '12'])
  await page.evaluate(() => {
    window.standIn.app.rootGraph.getNodeById(3).widgets[1].value = 30
  })
  await page.mouse.click(400, 700)
  assert.deepEqual(await ids(), ['7', '9', '12'])
  await page.evaluate(() => {
    const { rootGraph } = window.standIn.app
    rootGraph.nodes = rootGraph.nodes.filter((n) => n.id !== 9)
  })
  await page.waitForFunction(() => document.querySelectorAll('.comfyfunc-mark').length === 2)
  editor.pack.answers[PUBLISH] = { status: 201, body: answerOf(2) }
  await editor.run('comfyfunc.publish')
  await editor.toast('v2 is published')
  assert.deepEqual(await ids(), [])
  assert.equal(await page.locator('.comfyfunc-marks').count(), 0)
})

test('marks are the workflow’s own: another one in the editor has none', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  editor.pack.answers[PUBLISH] = { status: 422, body: REFUSAL }
  await editor.run('comfyfunc.publish')
  await editor.marks.first().waitFor()
  await editor.page.evaluate((g) => window.standIn.open('workflows/other.json', g), GRAPH)
  assert.equal(await editor.marks.count(), 0)
  await editor.badge.getByText('ComfyFunc').waitFor()
})

for (const [what, answer, said] of [
  ['500 with a problem', { status: 500, body: problem('internal_error', 'A defect; see traceId.') }, /A defect/],
  ['HTML', { status: 502, body: '<html><h1>Bad gateway</h1></html>' }, /502/],
  ['garbage with 200', { status: 200, body: '%PDF-1.7', type: 'application/json' }, /none of the server’s/],
  ['an empty object with 200', { status: 200, body: {} }, /none of the server’s/],
  ['HTML with 200', { status: 200, body: '<html>Sign in</html>' }, /none of the server’s/],
  ['503 of a check', { status: 503, body: problem('facade_unreachable', 'It does not answer.') }, /does not answer/],
]) {
  test(`what is no answer saves nothing: ${what}`, async () => {
    const editor = await browser.editor({ graph: named('txt2img') })
    editor.pack.answers[PUBLISH] = answer
    await editor.run('comfyfunc.publish')
    const toast = await editor.toast('txt2img was not published')
    assert.equal(toast.severity, 'error')
    assert.match(toast.detail, said)
    assert.match(await editor.panel.innerText(), said)
    assert.doesNotMatch(await editor.badge.innerText(), /v\d/)
    assert.deepEqual(editor.page.failures, [])
  })
}

test('ComfyUI away saves nothing', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  await editor.page.route('**/comfyfunc/publish', (r) => r.abort())
  await editor.run('comfyfunc.publish')
  assert.match((await editor.toast('txt2img was not published')).detail, /ComfyUI did not answer/)
})

test('a graph that makes no prompt is told, and not sent', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  await editor.page.evaluate(() => {
    window.standIn.app.graphToPrompt = async () => {
      throw new Error('A widget has no value.')
    }
  })
  await editor.run('comfyfunc.publish')
  assert.match((await editor.toast('could not make a prompt')).detail, /A widget has no value/)
  assert.equal(editor.pack.posts(PUBLISH).length, 0)
})

test('texts of a server are texts', async () => {
  const evil = '<img src=x onerror="window.hacked = true"><script>window.hacked = true</script>'
  const editor = await browser.editor({ graph: named('txt2img') })
  editor.pack.answers[PUBLISH] = {
    status: 422,
    body: { ...problem('invalid_workflow', evil, [{ pointer: `/prompt/3/${evil}`, detail: evil }]), title: evil },
  }
  await editor.run('comfyfunc.publish')
  await editor.marks.first().waitFor()
  assert.ok((await editor.panel.innerText()).includes(evil))
  const contract = structuredClone(CONTRACT)
  contract.tags[0].name = evil
  contract.tags[0].inputs[0].name = evil
  contract.outputs[0].tag = evil
  editor.pack.answers[PUBLISH] = {
    status: 201,
    body: answerOf(evil.length, {
      contract,
      differences: [{ detail: evil, isBreaking: true }],
      conversion: { report: [{ severity: evil, message: evil, title: evil }], differences: [{ message: evil }] },
      warnings: [{ detail: evil }],
    }),
  }
  await editor.run('comfyfunc.publish')
  await editor.toast('is published')
  await editor.sends('comfyfunc.status', newStatus({ facade: 'javascript:alert(1)', connected: false, problem: evil, version: evil }))
  await editor.sends('comfyfunc.published', { name: evil, outcome: 'refused', problem: { detail: evil, errors: [{ detail: evil }] } })
  await editor.settled()
  assert.equal(await editor.page.evaluate(() => window.hacked), undefined)
  assert.equal(await editor.page.locator('img, .comfyfunc-panel script').count(), 0)
  assert.equal(await editor.page.evaluate(() => window.standIn.app.extensions[0].aboutPageBadges[0].url), '#')
})

test('a name in a file that is none is asked for anew', async () => {
  const editor = await browser.editor({ graph: named('<img src=x onerror="window.hacked = 1">') })
  await editor.run('comfyfunc.publish')
  assert.equal(await editor.prompt.locator('input').inputValue(), 'txt2img')
})

test('one publishing of a name at a time', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  let go
  editor.pack.answers[PUBLISH] = () =>
    new Promise((r) => {
      go = () => r({ status: 201, body: answerOf(1) })
    })
  await editor.run('comfyfunc.publish')
  await editor.posted(PUBLISH)
  await editor.run('comfyfunc.publish')
  await editor.toast('txt2img is being sent')
  go()
  await editor.toast('v1 is published')
  assert.equal(editor.pack.posts(PUBLISH).length, 1)
})

test('another name is another endpoint, and the marker of the first goes', async () => {
  const editor = await browser.editor({
    graph: { ...GRAPH, extra: { comfyfunc: { name: 'one', version: 3, hash: 'abc' }, ds: { scale: 1, offset: [0, 0] } } },
  })
  editor.pack.answers[PUBLISH] = { status: 201, body: answerOf(1) }
  await editor.publishAs('two')
  const [sent] = await editor.posted(PUBLISH)
  assert.equal(sent.name, 'two')
  assert.deepEqual(await editor.extra(), { comfyfunc: { name: 'two' }, ds: { scale: 1, offset: [0, 0] } })
})

test('a check saves nothing and remembers nothing', async () => {
  const editor = await browser.editor()
  editor.pack.answers[PUBLISH] = (body) => ({ status: 200, body: answerOf(7, { saved: !body.validateOnly }) })
  await editor.run('comfyfunc.check')
  await editor.toast('txt2img could be saved')
  assert.deepEqual(
    (await editor.posted(PUBLISH)).map((b) => [b.name, b.validateOnly]),
    [['txt2img', true]],
  )
  assert.match(await editor.panel.innerText(), /would be saved/)
  assert.doesNotMatch(await editor.panel.innerText(), /curl/)
  assert.deepEqual(await editor.extra(), {})
  assert.doesNotMatch(await editor.badge.innerText(), /v7/)

  editor.pack.answers[PUBLISH] = { status: 422, body: REFUSAL }
  await editor.run('comfyfunc.check')
  await editor.toast('txt2img would be refused')
  assert.equal(await editor.marks.count(), 2)
  await editor.badge.getByText('ComfyFunc').waitFor()

  editor.pack.answers[PUBLISH] = { status: 503, body: problem('facade_unreachable', 'It does not answer.') }
  await editor.run('comfyfunc.check')
  await editor.toast('txt2img was not checked')
})

test('the endpoint is shown: not published, published earlier, refused, and as it was last answered', async () => {
  const editor = await browser.editor({
    status: newStatus({
      workflows: {
        old: { version: 5, state: 'published', problem: null, url: 'http://facade.example:7071/api/workflows/old' },
        bad: { version: 2, state: 'refused', problem: REFUSAL },
      },
      settings: {
        ...newStatus().settings,
        key: { value: null, isSet: false, source: 'default', default: null },
        functionKey: { value: null, isSet: true, source: 'environment', default: null },
      },
    }),
  })
  const { page, panel } = editor
  const shown = async (graph) => {
    await page.evaluate((g) => window.standIn.open(`workflows/${Math.random()}.json`, g), graph)
    await editor.run('comfyfunc.showEndpoint')
    await panel.waitFor()
    return panel.innerText()
  }
  assert.match(await shown(GRAPH), /no API endpoint yet/)
  assert.match(await shown(named('old')), /version 5[^]*http:\/\/facade\.example:7071\/api\/workflows\/old[^]*curl/)
  assert.match(await panel.innerText(), /curl .*"x-functions-key: \$COMFYFUNC_FUNCTION_KEY"/)
  assert.doesNotMatch(await panel.innerText(), /COMFYFUNC_KEY/)
  assert.match(await shown(named('bad')), /refused[^]*'steps' is 99999/)
  assert.deepEqual(await editor.toasts(), [])
  assert.equal(editor.pack.posts(PUBLISH).length, 0)

  editor.pack.answers[PUBLISH] = { status: 201, body: answerOf(6) }
  await shown(named('old'))
  await panel.getByText('Save API Endpoint').click()
  await editor.toast('old v6 is published')
  await panel.getByLabel('Close', { exact: true }).click()
  await editor.run('comfyfunc.showEndpoint')
  assert.match(await panel.innerText(), /version 6[^]*sampler_name/)
})

test('keys and copying in the panel are not the editor’s; Escape closes it', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  editor.pack.answers[PUBLISH] = { status: 201, body: answerOf(1) }
  await editor.page.evaluate(() => {
    window.seen = []
    for (const type of ['keydown', 'copy']) {
      window.addEventListener(type, (e) => window.seen.push(`${type} ${e.key ?? ''}`))
    }
  })
  await editor.run('comfyfunc.publish')
  await editor.panel.waitFor()
  await editor.page.keyboard.press('r')
  await editor.page.keyboard.press('Control+c')
  await editor.page.keyboard.press('Escape')
  assert.equal(await editor.panel.count(), 0)
  assert.deepEqual(await editor.page.evaluate(() => window.seen), [])
})

test('who publishes before the pack has told its status waits for it', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  editor.pack.answers['/comfyfunc/status'] = { status: 500, body: 'no' }
  await editor.page.evaluate(() => window.standIn.api.dispatchCustomEvent('reconnected'))
  await editor.page.getByTitle('does not answer').first().waitFor()
  editor.pack.answers['/comfyfunc/status'] = {
    status: 200,
    body: newStatus({ workflows: { txt2img: { version: 4, state: 'published', problem: null } } }),
  }
  editor.pack.answers[PUBLISH] = { status: 200, body: answerOf(4) }
  await editor.run('comfyfunc.publish')
  await editor.toast('txt2img v4 is unchanged')
})

test('a name counts as a change with older trackers of changes, too', async () => {
  const editor = await browser.editor({ lacks: ['captureCanvasState'] })
  editor.pack.answers[PUBLISH] = { status: 201, body: answerOf(1) }
  const isModified = () => editor.page.evaluate(() => window.standIn.app.extensionManager.workflow.activeWorkflow.isModified)
  assert.equal(await isModified(), false)
  await editor.publishAs('portrait')
  await editor.toast('v1 is published')
  assert.equal(await isModified(), true)
})
