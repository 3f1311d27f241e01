/** One event of a stream of Server-Sent Events; `retry` is set where the server says when to come back. */
export interface ServerEvent {
  event: string;
  data: string;
  id?: string;
  retry?: number;
}

/** Reads a stream that was fetched: EventSource cannot send a key. Comments come as events named "". */
export async function* readEvents(response: Response): AsyncGenerator<ServerEvent> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) {
    return;
  }

  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }

      const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
      rest = blocks.pop() ?? "";
      yield* blocks.map(eventOf);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

function eventOf(block: string): ServerEvent {
  const event: ServerEvent = { event: "", data: "" };
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === "event") {
      event.event = value ?? "";
    } else if (name === "data") {
      data.push(value ?? "");
    } else if (name === "id") {
      event.id = value;
    } else if (name === "retry") {
      event.retry = Number(value);
    }
  }

  event.data = data.join("\n");
  return event;
}
