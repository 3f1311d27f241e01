import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { answerOf, open } from './browser.mjs'

let browser
before(async () => { browser = await open() })
after(() => browser.close())

test('smoke', async () => {
  const editor = await browser.editor()
  editor.pack.answers['/comfyfunc/publish'] = { status: 201, body: answerOf(1) }
  await editor.run('comfyfunc.publish')
  await editor.prompt.getByText('Confirm').click()
  await editor.panel.waitFor()
  console.log(await editor.panel.innerText(), await editor.toasts(), editor.page.said, editor.page.failures, await editor.badge.innerText())
  await editor.page.screenshot({ path: '/tmp/shot1.png' })
})
