/**
 * Reads Server-Sent Events. What has not come whole is dropped: whoever was cut off comes back for it.
 * @returns {AsyncGenerator<{id?: string, event: string, data: string}>}
 */
export async function* readEvents(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  try {
    let text = "";
    let event = { event: "message", data: [] };
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }

      const lines = (text + value).split(/\r\n|\n|\r(?!$)/);
      text = lines.pop();
      for (const line of lines) {
        if (line === "") {
          if (event.data.length > 0) {
            yield { ...event, data: event.data.join("\n") };
          } else {
            yield undefined; // A sign of life.
          }

          event = { event: "message", data: [] };
          continue;
        }

        const [, field, said] = /^([^:]*):? ?(.*)$/s.exec(line);
        if (field === "data") {
          event.data.push(said);
        } else if (field === "event" || field === "id") {
          event[field] = said;
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
