import { respond } from "./api";
import type { Call } from "./call";
import { Problem } from "./problem";
import { toast } from "./toast";

/** Puts a file where the browser puts downloads. */
export function saveAs(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  follow(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function follow(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/** Fetches a file with the caller's key, which no link may hold, and saves it; or where the server says that it is, which may be elsewhere. */
export async function saveAnswer(call: Call, name: string): Promise<void> {
  try {
    const file = await (await respond(call)).blob();
    if (file.type.startsWith("application/json")) {
      follow((JSON.parse(await file.text()) as { url: string }).url, name);
    } else {
      saveAs(file, name);
    }
  } catch (error) {
    const problem = Problem.of(error);
    toast(problem.detail || problem.title, "failed");
  }
}
