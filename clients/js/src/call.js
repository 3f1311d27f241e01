/** What the options of a call are on the wire. */
export function queryOf({ metadata, priority, startWithin, finishWithin, webhook, webhookEvents, labels = {}, minVramGb, output }) {
  return {
    metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
    priority,
    startWithin,
    finishWithin,
    webhook,
    webhookEvents: webhookEvents?.join(","),
    label: Object.entries(labels).map(([name, value]) => `${name}:${value}`),
    minVramGb,
    ...viewOf(output),
  };
}

/** How outputs are wanted: `"base64"`, or `{ form, format, quality, width, height, strip }`. */
export function viewOf(output) {
  const { form, ...rendition } = typeof output === "string" ? { form: output } : (output ?? {});
  return { output: form, ...rendition };
}

export const pathOf = (name, version) => `workflows/${encodeURIComponent(name)}${version === undefined ? "" : `/versions/${encodeURIComponent(version)}`}`;
