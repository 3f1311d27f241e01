/** @file Tells of workflows that the editor saves. The save itself is left as it is: no later, and never failing for what is told. */

const WORKFLOWS = 'workflows/'

/**
 * @typedef {{ storeUserData?: (...args: any[]) => Promise<any>, fetchApi: (route: string, options?: any) => Promise<any> }} SavingApi
 * @typedef {{ file: string, data: unknown, saved: Promise<boolean> }} Save file: the path below workflows/, as ComfyUI has it.
 */

/**
 * Wraps both ways that front ends save by; a save that goes through both is told once. Wrappers of others may lie over or under these.
 * @param {SavingApi} api
 * @param {(save: Save) => void} tell Called as the save begins.
 */
export function watchSaves(api, tell) {
  /** @type {Map<string, number>} */
  const under = new Map()

  /**
   * @template T
   * @param {string} file
   * @param {unknown} data
   * @param {() => Promise<T>} save
   */
  const through = (file, data, save) => {
    const isOuter = !under.has(file)
    under.set(file, (under.get(file) ?? 0) + 1)
    let saving
    try {
      saving = save()
    } catch (error) {
      left(under, file)
      throw error
    }
    const saved = Promise.resolve(saving)
      .then(
        (r) => isSuccess(r),
        () => false,
      )
      .finally(() => left(under, file))
    if (isOuter) {
      try {
        tell({ file, data, saved })
      } catch (error) {
        console.error('ComfyFunc: could not look at a save.', error)
      }
    }
    return saving
  }

  const { storeUserData, fetchApi } = api
  if (typeof storeUserData === 'function') {
    api.storeUserData = function (file, data, ...rest) {
      const save = () => storeUserData.call(this, file, data, ...rest)
      return isWorkflow(file) ? through(file, data, save) : save()
    }
  }
  api.fetchApi = function (route, options, ...rest) {
    const fetch = () => fetchApi.call(this, route, options, ...rest)
    const file = isPost(options) ? fileOf(route) : null
    return file === null ? fetch() : through(file, options.body, fetch)
  }
}

/**
 * The workflow that a route writes, if it does.
 * @param {unknown} route Such as /userdata/workflows%2Fa.json?overwrite=true.
 * @returns {string | null}
 */
export function fileOf(route) {
  const [, encoded] = typeof route === 'string' ? (/^\/?(?:api\/)?userdata\/([^/?#]+)(?:[?#]|$)/.exec(route) ?? []) : []
  try {
    const file = encoded === undefined ? null : decodeURIComponent(encoded)
    return isWorkflow(file) ? file : null
  } catch {
    return null
  }
}

/**
 * What a save writes, as a graph.
 * @param {unknown} data Text, or what will be spelled as JSON.
 * @returns {Record<string, any> | null}
 */
export function graphOf(data) {
  try {
    const graph = typeof data === 'string' ? JSON.parse(data) : data
    return typeof graph === 'object' && graph !== null && Array.isArray(/** @type {any} */ (graph).nodes) ? graph : null
  } catch {
    return null
  }
}

/** @param {unknown} file @returns {file is string} */
function isWorkflow(file) {
  return (
    typeof file === 'string' &&
    file.startsWith(WORKFLOWS) &&
    file.endsWith('.json') &&
    !file
      .slice(WORKFLOWS.length)
      .split('/')
      .some((s) => s.startsWith('.'))
  )
}

/** @param {any} options */
function isPost(options) {
  return `${options?.method ?? 'GET'}`.toUpperCase() === 'POST'
}

/** @param {any} response */
function isSuccess(response) {
  return response?.ok === true || (typeof response?.status === 'number' && response.status >= 200 && response.status < 300)
}

/**
 * @param {Map<string, number>} under
 * @param {string} file
 */
function left(under, file) {
  const count = (under.get(file) ?? 1) - 1
  if (count > 0) {
    under.set(file, count)
  } else {
    under.delete(file)
  }
}
