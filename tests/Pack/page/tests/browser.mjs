// A browser, and the stand-in for the editor in it.
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { newStatus, serve } from './server.mjs'

const PATIENCE = 30000
const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium'

export const GRAPH = {
  nodes: [
    {
      id: 7,
      type: 'CheckpointLoaderSimple',
      title: 'Load Checkpoint',
      pos: [40, 80],
      size: [300, 90],
      widgets: [{ name: 'ckpt_name', value: 'sd.safetensors' }],
    },
    {
      id: 3,
      type: 'KSampler',
      title: 'KSampler [sampler]',
      pos: [900, 120],
      size: [300, 150],
      widgets: [
        { name: 'seed', value: 1 },
        { name: 'steps', value: 20 },
        { name: 'cfg', value: 7 },
      ],
    },
    { id: 12, type: 'sub-1', title: 'Refine', pos: [1400, 420], size: [260, 80], widgets: [] },
    {
      id: 9,
      type: 'SaveImage',
      title: 'Save Image [picture]',
      pos: [1800, 120],
      size: [300, 90],
      widgets: [{ name: 'filename_prefix', value: 'x' }],
    },
  ],
  definitions: {
    subgraphs: [
      { id: 'sub-1', nodes: [{ id: 5, type: 'sub-2', pos: [0, 0], size: [200, 80], widgets: [] }] },
      { id: 'sub-2', nodes: [{ id: 6, type: 'VAEDecode', pos: [0, 0], size: [200, 80], widgets: [] }] },
    ],
  },
  extra: {},
}

/** A graph that has been published. */
export const named = (name, graph = GRAPH) => ({ ...structuredClone(graph), extra: { comfyfunc: { name } } })

export const CONTRACT = {
  tags: [
    {
      name: 'sampler',
      nodes: [{ id: '3', class: 'KSampler' }],
      canBypass: false,
      inputs: [
        { name: 'seed', type: 'INT', default: 1, min: 0, max: 18446744073709552000, seed: true },
        { name: 'steps', type: 'INT', default: 20, min: 1, max: 10000 },
        { name: 'sampler_name', type: 'ENUM', default: 'euler', options: ['euler', 'ddim', 'heun'] },
      ],
    },
    {
      name: 'prompt',
      nodes: [{ id: '6', class: 'CLIPTextEncode' }],
      canBypass: false,
      inputs: [{ name: 'text', type: 'STRING', default: "a cat's picture", multiline: true }],
    },
    {
      name: 'photo',
      nodes: [{ id: '8', class: 'LoadImage' }],
      canBypass: true,
      inputs: [{ name: 'image', type: 'FILE', default: 'in.png', upload: 'image', required: true }],
    },
  ],
  outputs: [{ tag: 'picture', kind: 'image', nodes: ['9'] }],
}

export const answerOf = (version, more = {}) => ({
  name: 'txt2img',
  version,
  etag: `"${version}"`,
  saved: true,
  contract: CONTRACT,
  differences: [],
  warnings: [],
  hosts: [],
  ...more,
})

export async function open() {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`The page’s tests need Chromium, and there is none at ${CHROMIUM}: apt-get install -y chromium`)
  }
  const server = await serve()
  const profile = await mkdtemp(join(tmpdir(), 'comfyfunc-page-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    viewport: { width: 1280, height: 800 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  context.setDefaultTimeout(PATIENCE)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.address })
  return new Browser(server, context, profile)
}

class Browser {
  constructor(server, context, profile) {
    Object.assign(this, { server, context, profile })
  }

  get pack() {
    return this.server.pack
  }

  /**
   * The editor, opened anew with a workflow in it.
   * @param graph null for an editor without a workflow.
   * @param lacks Parts of the API that this front end does not have yet.
   * @param before Runs in the page before the editor starts.
   */
  async editor({ graph = GRAPH, file = 'workflows/txt2img.json', status = newStatus(), lacks = [], before, isTemporary = false } = {}) {
    Object.assign(this.pack, { status, requests: [], answers: {}, files: {}, saveStatus: 200 })
    await Promise.all(
      this.context
        .pages()
        .slice(1)
        .map((p) => p.close()),
    )
    const page = await this.context.newPage()
    page.said = []
    page.failures = []
    page.on('console', (m) => page.said.push(`${m.type()}: ${m.text()}`))
    page.on('pageerror', (e) => page.failures.push(`${e}`))
    // Time goes on as it does, and can be moved on.
    await page.clock.install()
    if (before) {
      await page.addInitScript(before)
    }
    await page.goto(`${this.server.address}/?lacks=${lacks.join(',')}`)
    await page.waitForFunction(() => window.isStarted === true)
    if (graph) {
      if (lacks.includes('workflow') || lacks.includes('extensionManager')) {
        await page.evaluate((g) => window.standIn.app.loadGraphData(g), graph)
      } else {
        await page.evaluate(([f, g, t]) => window.standIn.open(f, g, t), [file, graph, isTemporary])
      }
    }
    return new Editor(page, this.pack)
  }

  async close() {
    await this.context.close()
    this.server.close()
    await rm(this.profile, { recursive: true, force: true })
  }
}

class Editor {
  constructor(page, pack) {
    Object.assign(this, { page, pack })
    this.panel = page.locator('.comfyfunc-panel')
    this.marks = page.locator('.comfyfunc-mark')
    this.badge = page.getByTestId('topbar-badge')
    this.prompt = page.getByTestId('prompt')
  }

  run(command) {
    return this.page.evaluate((id) => void window.standIn.execute(id), command)
  }

  /** Publishes under a name that is asked for. */
  async publishAs(name) {
    await this.run('comfyfunc.publishAs')
    await this.prompt.locator('input').fill(name)
    await this.prompt.getByText('Confirm').click()
  }

  save() {
    return this.page.evaluate(async () => (await window.standIn.app.extensionManager.workflow.saveWorkflow()).status)
  }

  sends(type, data) {
    return this.page.evaluate(([t, d]) => window.standIn.api.receive(t, d), [type, data])
  }

  toasts() {
    return this.page.evaluate(() => JSON.parse(JSON.stringify(window.standIn.ui.toasts)))
  }

  /** Waits for a toast, and says how many there are. */
  async toast(summary) {
    await this.page.waitForFunction((s) => window.standIn.ui.toasts.some((t) => t.summary.includes(s)), summary)
    return (await this.toasts()).find((t) => t.summary.includes(summary))
  }

  extra() {
    return this.page.evaluate(() => JSON.parse(JSON.stringify(window.standIn.app.rootGraph.extra)))
  }

  /** Waits until as many requests came as there should be. */
  async posted(route, count = 1) {
    const until = Date.now() + PATIENCE
    while (this.pack.posts(route).length < count) {
      if (Date.now() > until) {
        throw new Error(`${this.pack.posts(route).length} and not ${count} requests came to ${route}.`)
      }
      await new Promise((next) => setImmediate(next))
    }
    return this.pack.posts(route).map((r) => r.body)
  }

  /** What waits for the editor's bars has waited for them, and for what they draw. */
  async waited() {
    for (let i = 0; i < 3; i++) {
      await this.settled()
      await this.page.clock.fastForward(5000)
    }
    await this.settled()
  }

  /** A picture to look at, where somebody wants pictures. */
  async shot(name) {
    if (process.env.SHOTS) {
      await this.page.screenshot({ path: join(process.env.SHOTS, `${name}.png`) })
    }
  }

  /** What the page would send for what was done by now has been sent: requests that it makes later come later, too. */
  async settled() {
    await this.page.evaluate(async () => {
      for (let i = 0; i < 5; i++) {
        await fetch('/api/ping')
        await new Promise((next) => requestAnimationFrame(next))
      }
    })
  }
}
