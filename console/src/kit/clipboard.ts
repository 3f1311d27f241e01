/** Copies a text. Without a secure context there is no clipboard API: a selection is copied then. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    const within = document.querySelector("dialog[open]") ?? document.body;
    within.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    return isDone;
  }
}
