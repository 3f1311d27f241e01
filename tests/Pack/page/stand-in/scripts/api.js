// As ComfyApi: requests below /api, events of the server by name.
class ComfyApi extends EventTarget {
  #registered = new Set()

  fetchApi(route, options = {}) {
    return fetch(`/api${route}`, { ...options, headers: { ...options.headers, 'Comfy-User': 'default' } })
  }

  addEventListener(type, callback, options) {
    super.addEventListener(type, callback, options)
    this.#registered.add(type)
  }

  dispatchCustomEvent(type, detail) {
    return this.dispatchEvent(new CustomEvent(type, { detail }))
  }

  async storeUserData(file, data, options = { overwrite: true, stringify: true, throwOnError: true, full_info: false }) {
    const response = await this.fetchApi(
      `/userdata/${encodeURIComponent(file)}?overwrite=${options.overwrite}&full_info=${options.full_info}`,
      {
        method: 'POST',
        body: options.stringify ? JSON.stringify(data) : data,
      },
    )
    if (response.status !== 200 && options.throwOnError !== false) {
      throw new Error(`Error storing user data file '${file}': ${response.status} ${response.statusText}`)
    }
    return response
  }

  /** What comes over the web socket: events that nobody registered for are unhandled. */
  receive(type, data) {
    if (this.#registered.has(type)) {
      this.dispatchEvent(new CustomEvent(type, { detail: data }))
    } else {
      console.warn('Unhandled message', type)
    }
  }
}

export const api = new ComfyApi()
