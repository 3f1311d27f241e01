// Settings, badge, and front ends that lack parts of the API.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GRAPH, answerOf, named, open } from './browser.mjs'
import { newStatus, problem } from './server.mjs'

const SETTINGS = '/comfyfunc/settings'
let browser
before(async () => {
  browser = await open()
})
after(() => browser?.close())

async function settingsOf(editor) {
  await editor.page.evaluate(() => {
    window.standIn.ui.settings = true
  })
  const row = (id) => editor.page.locator(`[data-setting="${id}"]`)
  await row('facadeUrl').waitFor()
  return { row, input: (id) => row(id).locator('input, select') }
}

test('settings show the pack’s values, where they come from, and never a key', async () => {
  const editor = await browser.editor()
  await editor.badge.getByText('ComfyFunc').waitFor()
  const { row, input } = await settingsOf(editor)

  assert.equal(await editor.page.locator('[data-setting]').count(), 11)
  assert.equal(await input('facadeUrl').inputValue(), 'http://facade.example:7071')
  assert.deepEqual([await input('slots').inputValue(), await input('slots').getAttribute('placeholder')], ['', '2'])
  assert.equal(await input('autoPublish').inputValue(), 'on')
  assert.deepEqual(await input('autoPublish').locator('option').allInnerTexts(), ['Publish it', 'Ask', 'Do nothing'])
  assert.equal(await input('register').isChecked(), true)
  assert.deepEqual(
    [await input('labels').inputValue(), await input('labels').isDisabled(), await row('labels').innerText()],
    ['gpu=h100', true, 'set by COMFYFUNC_LABELS'],
  )
  assert.deepEqual(
    [await input('key').inputValue(), await input('key').getAttribute('placeholder'), await input('key').getAttribute('type')],
    ['', 'set', 'password'],
  )
  assert.deepEqual(
    [await input('functionKey').inputValue(), await input('functionKey').getAttribute('placeholder'), await input('functionKey').getAttribute('type')],
    ['', 'not set', 'password'],
  )
  const categories = await editor.page.evaluate(() =>
    Object.values(window.standIn.settings.byId).map((s) => s.category.slice(0, 2).join(' › ')),
  )
  assert.deepEqual([...new Set(categories)], ['ComfyFunc › Server', 'ComfyFunc › Publishing', 'ComfyFunc › This host'])
  await editor.shot('settings')
})

test('loading the page and opening the dialog changes nothing', async () => {
  const editor = await browser.editor()
  await editor.badge.getByText('ComfyFunc').waitFor()
  const { input } = await settingsOf(editor)
  await input('slots').focus()
  await input('hostId').focus()
  await editor.settled()
  assert.deepEqual(
    editor.pack.requests.filter((r) => r.method === 'POST').map((r) => r.route),
    [],
  )
})

test('a change is sent to the pack, not kept by ComfyUI, and shown as it answers', async () => {
  const editor = await browser.editor()
  await editor.badge.getByText('ComfyFunc').waitFor()
  const { row, input } = await settingsOf(editor)

  await input('slots').fill('4')
  await input('slots').press('Enter')
  await editor.posted(SETTINGS, 1)
  await input('autoPublish').selectOption('ask')
  await editor.posted(SETTINGS, 2)
  await input('sync').uncheck()
  await editor.posted(SETTINGS, 3)
  await input('key').fill('a-secret-key')
  await input('key').press('Enter')
  await editor.posted(SETTINGS, 4)
  await editor.page.waitForFunction(() => document.querySelector('[data-setting="key"] input').value === '')
  await row('key').getByText('Remove').click()
  await editor.posted(SETTINGS, 5)
  await editor.page.waitForFunction(() => document.querySelector('[data-setting="key"] input').placeholder === 'not set')
  await input('slots').fill('')
  await input('slots').press('Enter')
  await editor.posted(SETTINGS, 6)
  await input('functionKey').fill('a-secret-key-of-azure')
  await input('functionKey').press('Enter')
  const sent = await editor.posted(SETTINGS, 7)
  await editor.page.waitForFunction(() => document.querySelector('[data-setting="functionKey"] input').placeholder === 'set')

  assert.deepEqual(sent, [
    { slots: 4 },
    { autoPublish: 'ask' },
    { sync: false },
    { key: 'a-secret-key' },
    { key: null },
    { slots: null },
    { functionKey: 'a-secret-key-of-azure' },
  ])
  assert.equal(await input('functionKey').inputValue(), '')
  assert.equal(await row('key').getByText('Remove').isVisible(), false)
  assert.deepEqual(await editor.page.evaluate(() => window.standIn.settings.values), {})
  assert.equal(
    editor.pack.requests.some((r) => r.route.startsWith('/settings')),
    false,
  )
  assert.ok(
    editor.pack.posts(SETTINGS).every((r) => r.headers['comfyfunc-page'] === '1' && r.headers['content-type'] === 'application/json'),
  )
  assert.doesNotMatch(await editor.page.content(), /a-secret-key/)
})

test('what the pack refuses is told, beside the input and by a toast', async () => {
  const editor = await browser.editor()
  await editor.badge.getByText('ComfyFunc').waitFor()
  const { row, input } = await settingsOf(editor)
  editor.pack.answers[SETTINGS] = {
    status: 400,
    body: problem('invalid_request', '1 thing is wrong.', [{ pointer: '/slots', detail: 'slots is 1 to 64.' }]),
  }
  await input('slots').fill('99')
  await input('slots').press('Enter')
  const toast = await editor.toast('Slots was not changed')
  assert.deepEqual([toast.severity, toast.detail], ['error', 'slots is 1 to 64.'])
  assert.equal(await row('slots').innerText(), 'slots is 1 to 64.')
  assert.equal(await input('slots').inputValue(), '99')
  await editor.shot('settings-refused')

  editor.pack.answers[SETTINGS] = { status: 409, body: problem('conflict', 'The environment holds register.') }
  await input('register').click()
  await editor.toast('Join the pool was not changed')
  assert.equal(await input('register').isChecked(), true)
  editor.pack.answers[SETTINGS] = { status: 200, body: '<html>' }
  await input('register').click()
  await editor.page.waitForFunction(() => window.standIn.ui.toasts.length === 3)
  assert.equal(await input('register').isChecked(), true)
})

test('settings follow the pack while they are shown; without the pack there is nothing to enter', async () => {
  const editor = await browser.editor()
  await editor.badge.getByText('ComfyFunc').waitFor()
  const { input } = await settingsOf(editor)
  await editor.sends(
    'comfyfunc.status',
    newStatus({ settings: { ...newStatus().settings, hostId: { value: 'other', source: 'settings', default: 'desk' } } }),
  )
  assert.equal(await input('hostId').inputValue(), 'other')
  editor.pack.answers['/comfyfunc/status'] = { status: 500, body: 'no' }
  await editor.page.evaluate(() => window.standIn.api.dispatchCustomEvent('reconnected'))
  await editor.page.waitForFunction(() => document.querySelector('[data-setting="hostId"] input').disabled)
  await editor.page.getByTitle('does not answer').first().waitFor()
  assert.equal(await editor.badge.getAttribute('class'), 'badge warning')
})

test('the badge follows the server, the workflow and the file in the editor', async () => {
  const editor = await browser.editor({
    graph: named('txt2img'),
    status: newStatus({ workflows: { txt2img: { version: 12, state: 'published' }, other: { version: 3, state: 'published' } } }),
  })
  const { page, badge } = editor
  const looks = async (text, variant) => {
    await badge
      .getByText(text, { exact: true })
      .or(badge.filter({ hasText: new RegExp(`^${text}$`) }))
      .first()
      .waitFor()
    assert.equal(await badge.getAttribute('class'), `badge ${variant}`)
  }
  await looks('txt2img v12', 'info')
  await editor.shot('badge-published')
  await editor.sends(
    'comfyfunc.status',
    newStatus({ connected: false, problem: 'Connection refused.', workflows: { txt2img: { version: 12, state: 'published' } } }),
  )
  await looks('txt2img v12 · server down', 'warning')
  assert.equal(await badge.getAttribute('title'), 'Connection refused.')
  assert.match(await page.getByTestId('action-bar-button').getAttribute('title'), /Connection refused/)
  await editor.shot('badge-down')
  await editor.sends('comfyfunc.status', newStatus({ pending: ['txt2img'], workflows: { txt2img: { version: 12, state: 'pending' } } }))
  await looks('txt2img pending', 'warning')
  await editor.sends(
    'comfyfunc.status',
    newStatus({
      workflows: {
        txt2img: { version: 12, state: 'refused', problem: { detail: 'why' } },
        other: { version: 3, state: 'published' },
      },
    }),
  )
  await looks('txt2img refused', 'error')
  await page.evaluate((g) => window.standIn.open('workflows/other.json', g), named('other'))
  await looks('other v3', 'info')
  await page.evaluate((g) => window.standIn.open('workflows/none.json', g), GRAPH)
  await looks('ComfyFunc', 'info')
  await page.getByText('txt2img.json').click()
  await looks('txt2img refused', 'error')
  assert.equal(await page.locator('.comfyfunc-status').count(), 0)
  const about = await page.evaluate(() => window.standIn.app.extensions[0].aboutPageBadges.map((b) => `${b.label} ${b.url}`))
  assert.deepEqual(about, ['ComfyFunc 0.1.0 http://facade.example:7071'])
})

test('the badge is the editor’s own where it can be: nothing else is shown, and nothing said', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  await editor.waited()
  assert.equal(await editor.page.locator('.comfyfunc-status').count(), 0)
  assert.deepEqual(
    editor.page.said.filter((s) => s.includes('ComfyFunc')),
    [],
  )
})

test('a front end without menus and badges has a badge of the pack’s own; that is said once', async () => {
  const editor = await browser.editor({
    graph: named('txt2img'),
    lacks: ['menuCommands', 'topbarBadges', 'actionBarButtons', 'settings', 'dialog', 'toast'],
    status: newStatus({ workflows: { txt2img: { version: 2, state: 'published' } } }),
  })
  const line = editor.page.locator('.comfyfunc-status')
  await editor.waited()
  const said = editor.page.said.filter((s) => s.includes('ComfyFunc'))
  assert.deepEqual(said, [
    'info: ComfyFunc: this front end does not have menuCommands, settings, extensionManager.toast, extensionManager.dialog, ' +
      'topbarBadges; the pack does without.',
  ])
  await line.getByText('txt2img v2').waitFor()
  await editor.sends('comfyfunc.status', newStatus({ connected: false }))
  await line.getByText('server down').waitFor()
  assert.equal(await line.getAttribute('data-variant'), 'warning')

  editor.pack.answers['/comfyfunc/publish'] = { status: 201, body: answerOf(3) }
  await line.getByText('Publish', { exact: true }).click()
  await editor.page.locator('.comfyfunc-note').getByText('txt2img v3 is published').waitFor()
  await editor.shot('line')
  await editor.panel.getByLabel('Close', { exact: true }).click()
  await line.locator('button').first().click()
  assert.match(await editor.panel.innerText(), /version 3/)

  const asked = []
  editor.page.on('dialog', (d) => {
    asked.push([d.message(), d.defaultValue()])
    void d.accept(asked.length === 1 ? '?' : 'named')
  })
  await editor.run('comfyfunc.publishAs')
  const sent = await editor.posted('/comfyfunc/publish', 2)
  assert.equal(sent[1].name, 'named')
  assert.deepEqual(
    asked.map(([, value]) => value),
    ['txt2img', '?'],
  )
  assert.match(asked[1][0], /no “\?”/)
  assert.deepEqual(editor.page.failures, [])
})

test('a front end without a workflow store publishes, and follows saves by the name', async () => {
  const editor = await browser.editor({ graph: named('txt2img'), lacks: ['workflow'] })
  editor.pack.answers['/comfyfunc/publish'] = { status: 201, body: answerOf(3) }
  await editor.run('comfyfunc.publish')
  await editor.posted('/comfyfunc/publish')
  await editor.page.evaluate(
    ([mine, others]) =>
      Promise.all(
        [
          ['workflows/a.json', mine],
          ['workflows/b.json', others],
        ].map(([file, graph]) => window.standIn.api.storeUserData(file, JSON.stringify(graph), {})),
      ),
    [named('txt2img'), named('other')],
  )
  await editor.posted('/comfyfunc/saved')
  await editor.settled()
  assert.deepEqual(
    editor.pack.posts('/comfyfunc/saved').map((r) => r.body.name),
    ['txt2img'],
  )
  assert.deepEqual(editor.page.failures, [])
})

test('a front end without anything is left alone', async () => {
  const editor = await browser.editor({
    graph: named('txt2img'),
    lacks: ['extensionManager', 'commands', 'keybindings', 'menuCommands', 'settings', 'topbarBadges', 'actionBarButtons'],
  })
  await editor.waited()
  await editor.page.locator('.comfyfunc-status').waitFor()
  editor.pack.answers['/comfyfunc/publish'] = {
    status: 422,
    body: problem('invalid_workflow', 'no', [{ pointer: '/prompt/3', detail: 'x' }]),
  }
  await editor.page.locator('.comfyfunc-status').getByText('Publish').click()
  await editor.marks.first().waitFor()
  assert.deepEqual(editor.page.failures, [])
})

test('the pack’s elements take the colours of a light theme', async () => {
  const editor = await browser.editor({ graph: named('txt2img') })
  await editor.page.evaluate(() => {
    document.documentElement.className = document.body.className = 'light-theme'
  })
  editor.pack.answers['/comfyfunc/publish'] = {
    status: 422,
    body: problem('invalid_workflow', 'no', [{ pointer: '/prompt/3/inputs/steps', detail: "'steps' is too high." }]),
  }
  await editor.run('comfyfunc.publish')
  await editor.marks.first().waitFor()
  await editor.shot('light-refused')
  const [colour, background] = await editor.panel.evaluate((p) => [getComputedStyle(p).color, getComputedStyle(p).backgroundColor])
  assert.deepEqual([colour, background], ['rgb(0, 0, 0)', 'rgb(245, 245, 245)'])
  await settingsOf(editor)
  await editor.shot('light-settings')
})

test('where the editor’s badges cannot follow, the pack’s own badge does', async () => {
  const status = newStatus({ workflows: { txt2img: { version: 2, state: 'published' } } })
  const editor = await browser.editor({ graph: named('txt2img'), lacks: ['reactiveManager'], status })
  await editor.waited()
  await editor.page.locator('.comfyfunc-status').getByText('txt2img v2').waitFor()
  await editor.sends('comfyfunc.status', newStatus({ connected: false }))
  await editor.page.locator('.comfyfunc-status').getByText('server down').waitFor()
  assert.deepEqual(editor.page.failures, [])
})
