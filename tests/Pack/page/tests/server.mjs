// Serves the stand-in for the editor, the pack's page, and what the pack's server side would answer.
import { createServer } from 'node:http'
import { readFile, readdir } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('..', import.meta.url))
const PACK = join(HERE, '../../../comfyui/js')
const VUE = join(HERE, 'node_modules/vue/dist/vue.runtime.esm-browser.prod.js')
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

const SECRET = new Set(['key', 'functionKey'])

export const FACADE = 'http://facade.example:7071'

/** What the pack answers when nothing else is told. */
export function newStatus(changes = {}) {
  const from = (value, source = 'settings', byDefault = null) => ({ value, source, default: byDefault })
  return {
    version: '0.1.0',
    facade: FACADE,
    connected: true,
    problem: null,
    hostId: 'desk',
    hostState: 'healthy',
    hostReason: null,
    pending: [],
    workflows: {},
    settings: {
      facadeUrl: from(FACADE),
      key: { value: null, isSet: true, source: 'settings', default: null },
      functionKey: { value: null, isSet: false, source: 'default', default: null },
      hostId: from('desk', 'default', 'desk'),
      address: from('http://10.0.0.7:8188', 'default', 'http://10.0.0.7:8188'),
      autoPublish: from('on', 'default', 'on'),
      heartbeatSeconds: from(30, 'default', 30),
      labels: from('gpu=h100', 'environment', ''),
      slots: from(2, 'default', 2),
      register: from(true, 'default', true),
      sync: from(true, 'default', true),
    },
    ...changes,
  }
}

export async function serve() {
  const pack = {
    status: newStatus(),
    /** The requests that came, oldest first. */
    requests: [],
    /** By route: what is answered, as { status, body } or a function of the body that was sent. */
    answers: {},
    /** The files that were saved, by path. */
    files: {},
    saveStatus: 200,
    posts: (route) => pack.requests.filter((r) => r.method === 'POST' && r.route === route),
  }
  const server = createServer(
    (request, response) =>
      void answer(pack, request, response).catch((error) => {
        response.writeHead(500).end(`${error}`)
      }),
  )
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  return { pack, address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }
}

async function answer(pack, request, response) {
  const url = new URL(request.url, 'http://localhost')
  const route = url.pathname
  if (route.startsWith('/api/')) {
    await answerApi(pack, route.slice('/api'.length), request, response)
  } else {
    await sendFile(route, response)
  }
}

async function answerApi(pack, route, request, response) {
  const text = await textOf(request)
  const body = parsed(text)
  pack.requests.push({ method: request.method, route, body, headers: request.headers, at: performance.now() })
  if (route === '/extensions') {
    const files = (await readdir(PACK)).filter((f) => f.endsWith('.js'))
    send(
      response,
      200,
      files.map((f) => `/extensions/comfyfunc/${f}`),
    )
  } else if (route.startsWith('/userdata/') && request.method === 'POST') {
    if (pack.saveStatus === 200) {
      pack.files[decodeURIComponent(route.slice('/userdata/'.length))] = text
    }
    send(response, pack.saveStatus, pack.saveStatus === 200 ? { size: text.length } : { error: 'The disk is full.' })
  } else if (route.startsWith('/comfyfunc/')) {
    await answerPack(pack, route, body, request, response)
  } else {
    send(response, 200, {})
  }
}

async function answerPack(pack, route, body, request, response) {
  const { headers } = request
  if (
    request.method === 'POST' &&
    (headers['comfyfunc-page'] !== '1' ||
      !headers['content-type']?.startsWith('application/json') ||
      (headers.origin && new URL(headers.origin).host !== headers.host))
  ) {
    send(response, 403, problem('forbidden', 'A foreign page asks.'))
    return
  }
  const told = pack.answers[route]
  const said = typeof told === 'function' ? await told(body) : told
  if (said) {
    send(response, said.status, said.body, said.type)
  } else if (route === '/comfyfunc/status') {
    send(response, 200, pack.status)
  } else if (route === '/comfyfunc/saved') {
    send(response, 202, { state: 'pending' })
  } else if (route === '/comfyfunc/settings') {
    for (const [name, value] of Object.entries(body)) {
      pack.status.settings[name] = {
        ...pack.status.settings[name],
        value: SECRET.has(name) ? null : value,
        ...(SECRET.has(name) ? { isSet: value !== null } : {}),
        source: value === null ? 'default' : 'settings',
      }
    }
    send(response, 200, pack.status)
  } else {
    send(response, 404, problem('not_found', 'No such route.'))
  }
}

export function problem(code, detail, errors) {
  return { type: `urn:comfyfunc:fault:${code}`, title: `It is ${code}.`, code, detail, ...(errors ? { errors } : {}) }
}

function send(response, status, body, type) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'Content-Type': type ?? (typeof body === 'string' ? 'text/html' : 'application/json') }).end(text)
}

async function sendFile(route, response) {
  const path = normalize(decodeURIComponent(route)).replace(/^(\.\.[/\\])+/, '')
  const file =
    path === '/vue.js'
      ? VUE
      : path.startsWith('/extensions/comfyfunc/')
        ? join(PACK, path.slice('/extensions/comfyfunc/'.length))
        : join(HERE, 'stand-in', path === '/' ? 'index.html' : path)
  try {
    const content = await readFile(file)
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(content)
  } catch {
    response.writeHead(404).end()
  }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function textOf(request) {
  let text = ''
  for await (const part of request.setEncoding('utf8')) {
    text += part
  }
  return text
}
