// A published workflow follows its file: what is handed to the pack when the editor saves, and what is said of it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GRAPH, answerOf, named, open } from './browser.mjs'
import { newStatus, problem } from './server.mjs'

const SAVED = '/comfyfunc/saved'
const FILE = 'workflows/txt2img.json'
let browser
before(async () => {
  browser = await open()
})
after(() => browser?.close())

const withMode = (autoPublish) => {
  const status = newStatus()
  status.settings.autoPublish = { value: autoPublish, source: 'settings', default: 'on' }
  return status
}

for (const lacks of [[], ['storeUserData'], ['captureCanvasState']]) {
  test(`a save of a published workflow is handed over once, as it was saved${lacks.length > 0 ? `, by a front end without ${lacks}` : ''}`, async () => {
    const editor = await browser.editor({ graph: named('txt2img'), lacks })
    await editor.page.evaluate(() => {
      window.standIn.app.rootGraph.getNodeById(3).widgets[1].value = 33
    })
    assert.equal(await editor.save(), 200)
    const [saved] = await editor.posted(SAVED)
    await editor.settled()

    assert.equal(editor.pack.posts(SAVED).length, 1)
    assert.equal(saved.name, 'txt2img')
    assert.equal(saved.file, FILE)
    assert.deepEqual(saved.workflow, JSON.parse(editor.pack.files[FILE]))
    assert.equal(saved.prompt['3'].inputs.steps, 33)
    const routes = editor.pack.requests.map((r) => r.route).filter((r) => r === SAVED || r.startsWith('/userdata/'))
    assert.deepEqual(routes, [`/userdata/${encodeURIComponent(FILE)}`, SAVED])
    assert.deepEqual(await editor.toasts(), [])
    assert.equal(await editor.panel.count(), 0)
    assert.deepEqual(editor.page.failures, [])
  })
}

test('what is not published, is another workflow, or is no workflow, is not handed over', async () => {
  const editor = await browser.editor({ graph: GRAPH })
  const { page } = editor
  await editor.save()
  await page.evaluate(async (g) => {
    await window.standIn.open('workflows/other.json', g)
    const { workflow } = window.standIn.app.extensionManager
    await workflow.open('workflows/third.json', { ...g, extra: {} })
    await workflow.saveWorkflow(workflow.find('workflows/other.json'))
    const { api } = window.standIn
    await api.storeUserData('comfy.settings.json', '{}', {})
    await api.storeUserData('workflows/.index.json', '{"favorites":[]}', {})
    await api.storeUserData('workflows/third.json', 'no JSON', {})
    await api.fetchApi('/userdata/workflows%2Fthird.json', {})
  }, named('other'))
  await editor.settled()
  assert.equal(editor.pack.posts(SAVED).length, 0)
  assert.equal(editor.pack.files['workflows/other.json'] !== undefined, true)
})

test('a save that fails is handed to nobody, and fails as it would have', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  editor.pack.saveStatus = 500
  const message = await editor.page.evaluate(() =>
    window.standIn.app.extensionManager.workflow.saveWorkflow().then(
      () => 'saved',
      (e) => e.message,
    ),
  )
  assert.match(message, /Error storing user data file 'workflows\/txt2img\.json': 500/)
  await editor.settled()
  assert.equal(editor.pack.posts(SAVED).length, 0)
})

test('a save waits for nothing of the pack’s', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  let go
  editor.pack.answers[SAVED] = () =>
    new Promise((r) => {
      go = () => r({ status: 202, body: { state: 'pending' } })
    })
  await editor.page.evaluate(() => {
    const { app } = window.standIn
    const { graphToPrompt } = app
    app.graphToPrompt = async () => {
      await new Promise((next) => {
        window.makePrompt = next
      })
      return graphToPrompt.call(app)
    }
  })
  assert.equal(await editor.save(), 200)
  await editor.settled()
  assert.equal(editor.pack.posts(SAVED).length, 0)
  await editor.page.evaluate(() => window.makePrompt())
  await editor.posted(SAVED)
  assert.equal(await editor.save(), 200)
  go()
})

test('a graph that makes no prompt is handed over without one', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  await editor.page.evaluate(() => {
    window.standIn.app.graphToPrompt = async () => {
      throw new Error('no')
    }
  })
  await editor.save()
  const [saved] = await editor.posted(SAVED)
  assert.equal('prompt' in saved, false)
  assert.deepEqual(saved.workflow, JSON.parse(editor.pack.files[FILE]))
})

test('another workflow in the editor before the save has ended is not what is handed over', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  await editor.page.evaluate(async () => {
    const { workflow } = window.standIn.app.extensionManager
    const saving = workflow.saveWorkflow()
    await workflow.open('workflows/blank.json', { nodes: [], extra: {} })
    await saving
  })
  const [saved] = await editor.posted(SAVED)
  assert.equal(saved.file, FILE)
  assert.equal(saved.workflow.nodes.length, GRAPH.nodes.length)
  assert.ok(saved.prompt === undefined || Object.keys(saved.prompt).length === 4)
})

test('wrappers of others that come later go on', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  await editor.page.evaluate(() => {
    const { api } = window.standIn
    window.heard = []
    for (const name of ['first', 'second']) {
      const inner = api.storeUserData
      api.storeUserData = async function (...args) {
        window.heard.push(`${name} ${args[0]}`)
        return inner.apply(this, args)
      }
    }
    const inner = api.fetchApi
    api.fetchApi = function (...args) {
      window.heard.push(`fetch ${args[1]?.method ?? 'GET'} ${args[0].split('?')[0]}`)
      return inner.apply(this, args)
    }
  })
  await editor.save()
  await editor.posted(SAVED)
  await editor.settled()
  assert.equal(editor.pack.posts(SAVED).length, 1)
  assert.deepEqual(await editor.page.evaluate(() => window.heard), [
    `second ${FILE}`,
    `first ${FILE}`,
    `fetch POST /userdata/${encodeURIComponent(FILE)}`,
    'fetch POST /comfyfunc/saved',
  ])
})

test('a wrapper that was there before is called as it was', async () => {
  const editor = await browser.editor({
    graph: named('txt2img'),
    before: () => {
      window.otherPack = (api) => {
        const inner = api.storeUserData
        api.storeUserData = async function (...args) {
          await new Promise((next) => requestAnimationFrame(next))
          window.under = [this === api, args.length]
          return inner.apply(this, args)
        }
      }
    },
  })
  await editor.save()
  await editor.posted(SAVED)
  await editor.settled()
  assert.equal(editor.pack.posts(SAVED).length, 1)
  assert.deepEqual(await editor.page.evaluate(() => window.under), [true, 3])
})

test('off: nothing', async () => {
  const editor = await browser.editor({ graph: named('txt2img'), status: withMode('off') })
  await editor.badge.getByText('ComfyFunc').waitFor()
  await editor.save()
  await editor.settled()
  assert.equal(editor.pack.posts(SAVED).length, 0)
  assert.equal(await editor.panel.count(), 0)
})

test('ask: a question that takes the keys from nobody, then publishes', async () => {
  const editor = await browser.editor({ graph: named('txt2img'), status: withMode('ask') })
  editor.pack.answers['/comfyfunc/publish'] = { status: 201, body: answerOf(8) }
  await editor.page.locator('#graph-canvas').focus()
  await editor.save()
  await editor.panel.getByText('Publish txt2img?').waitFor()
  await editor.shot('asked')
  assert.equal(await editor.page.evaluate(() => document.activeElement.id), 'graph-canvas')
  assert.equal(editor.pack.posts(SAVED).length, 0)
  await editor.panel.getByText('Publish', { exact: true }).click()
  const [sent] = await editor.posted('/comfyfunc/publish')
  assert.deepEqual(sent.workflow, JSON.parse(editor.pack.files[FILE]))
  assert.ok(sent.prompt['3'])
  await editor.toast('txt2img v8 is published')
})

test('ask: not now is nothing', async () => {
  const editor = await browser.editor({ graph: named('txt2img'), status: withMode('ask') })
  await editor.save()
  await editor.panel.getByText('Not now').click()
  await editor.settled()
  assert.equal(await editor.panel.count(), 0)
  assert.deepEqual(
    editor.pack.requests.filter((r) => r.method === 'POST' && r.route.startsWith('/comfyfunc/')),
    [],
  )
})

test('a pack that cannot take it is told once for each cause, and anew when it had gone well', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  const told = async () => (await editor.toasts()).filter((t) => t.severity === 'error').length
  const saveAs = async (answer, count) => {
    editor.pack.answers[SAVED] = answer
    assert.equal(await editor.save(), 200)
    await editor.posted(SAVED, count)
    await editor.settled()
  }
  await saveAs({ status: 500, body: '<h1>no</h1>' }, 1)
  assert.match((await editor.toast('txt2img was saved, not published')).detail, /500/)
  await saveAs({ status: 500, body: '<h1>no</h1>' }, 2)
  assert.equal(await told(), 1)
  await saveAs({ status: 403, body: problem('forbidden', 'A foreign page asks.') }, 3)
  assert.equal(await told(), 2)
  await saveAs({ status: 202, body: { state: 'pending' } }, 4)
  await saveAs({ status: 500, body: '<h1>no</h1>' }, 5)
  assert.equal(await told(), 3)
  assert.equal(await editor.panel.count(), 0)
})

test('what the pack published is told by its event: saved with what breaks, nothing when unchanged or waiting', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  await editor.save()
  await editor.posted(SAVED)
  await editor.sends('comfyfunc.published', {
    name: 'txt2img',
    file: FILE,
    outcome: 'saved',
    version: 12,
    problem: null,
    answer: answerOf(12, { differences: [{ kind: 'inputRemoved', detail: 'gone', isBreaking: true }] }),
  })
  const toast = await editor.toast('txt2img v12 is published')
  assert.equal(toast.severity, 'warn')
  assert.match(toast.detail, /1 of which breaks/)
  await editor.badge.getByText('txt2img v12').waitFor()
  for (const outcome of ['unchanged', 'pending']) {
    await editor.sends('comfyfunc.published', { name: 'txt2img', file: FILE, outcome, version: 12, answer: null, problem: null })
  }
  await editor.badge.getByText('txt2img pending').waitFor()
  assert.equal((await editor.toasts()).length, 1)
  assert.equal(await editor.panel.count(), 0)
})

test('what the pack’s save was refused for is marked, and the canvas stays', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  await editor.save()
  await editor.posted(SAVED)
  const refused = {
    name: 'txt2img',
    file: FILE,
    outcome: 'refused',
    version: null,
    answer: null,
    problem: problem('invalid_workflow', 'no', [
      { pointer: '/workflow/nodes/0/type', detail: 'No host has it.' },
      { pointer: '/prompt/3', detail: 'b' },
    ]),
  }
  await editor.sends('comfyfunc.published', refused)
  const toast = await editor.toast('txt2img was saved, not published')
  assert.equal(toast.severity, 'error')
  assert.equal(toast.detail, 'No host has it. (and 1 more)')
  assert.deepEqual(await editor.marks.evaluateAll((all) => all.map((m) => m.dataset.node)), ['7', '3'])
  assert.deepEqual(await editor.page.evaluate(() => window.standIn.app.canvas.ds.offset), [0, 0])
  assert.equal(await editor.panel.count(), 0)
  await editor.badge.getByText('txt2img refused').waitFor()
  await editor.run('comfyfunc.showEndpoint')
  assert.match(await editor.panel.innerText(), /No host has it/)
  await editor.sends('comfyfunc.published', { ...refused, name: 'other' })
  await editor.toast('other was saved')
  await editor.sends('comfyfunc.published', {
    name: 'txt2img',
    file: FILE,
    outcome: 'saved',
    version: 2,
    answer: answerOf(2),
    problem: null,
  })
  await editor.toast('v2 is published')
  assert.equal(await editor.marks.count(), 0)
})

test('a refusal that came before the page was loaded is marked by what is in the editor', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  await editor.sends('comfyfunc.published', {
    name: 'txt2img',
    file: FILE,
    outcome: 'refused',
    version: null,
    answer: null,
    problem: problem('invalid_workflow', 'no', [{ pointer: '/workflow/nodes/1', detail: 'No.' }]),
  })
  await editor.marks.first().waitFor()
  assert.deepEqual(await editor.marks.evaluateAll((all) => all.map((m) => m.dataset.node)), ['3'])
})

test('what a command has said is not said again by the event', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  editor.pack.answers['/comfyfunc/publish'] = { status: 201, body: answerOf(1) }
  await editor.run('comfyfunc.publish')
  await editor.toast('v1 is published')
  await editor.sends('comfyfunc.published', {
    name: 'txt2img',
    file: FILE,
    outcome: 'saved',
    version: 1,
    answer: answerOf(1),
    problem: null,
  })
  assert.equal((await editor.toasts()).length, 1)
  await editor.sends('comfyfunc.published', {
    name: 'txt2img',
    file: FILE,
    outcome: 'saved',
    version: 2,
    answer: answerOf(2),
    problem: null,
  })
  await editor.toast('v2 is published')
})

test('a copy of a published workflow is told once, and the workflow stays published', async () => {
  const status = newStatus({ workflows: { txt2img: { version: 4, state: 'published', problem: null } } })
  const editor = await browser.editor({ graph: named('txt2img'), file: 'workflows/copy.json', status })
  const copy = problem('conflict', "'txt2img' follows workflows/txt2img.json, of which workflows/copy.json is a copy.")
  editor.pack.answers[SAVED] = { status: 409, body: copy }
  await editor.save()
  await editor.toast('txt2img was saved, not published')
  const event = { name: 'txt2img', file: 'workflows/copy.json', outcome: 'refused', version: null, answer: null, problem: copy }
  await editor.sends('comfyfunc.published', event)
  await editor.settled()
  assert.equal((await editor.toasts()).length, 1)
  await editor.badge.getByText('txt2img v4').waitFor()
})

test('a file that was published elsewhere is saved in peace where no server is set', async () => {
  const editor = await browser.editor({ graph: named('txt2img'), status: newStatus({ facade: null, connected: false }) })
  await editor.page.getByTitle('the settings name no server').first().waitFor()
  await editor.save()
  await editor.settled()
  assert.equal(editor.pack.posts(SAVED).length, 0)
  assert.deepEqual(await editor.toasts(), [])
})
