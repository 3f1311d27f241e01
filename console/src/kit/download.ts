import { respond } from "./api";
import type { Call } from "./call";
import { Problem } from "./problem";
import { toast } from "./toast";

/** Puts a file where the browser puts downloads. */
export function saveAs(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Fetches a file with the caller's key, which no link may hold, and saves it. */
export async function saveAnswer(call: Call, name: string): Promise<void> {
  try {
    saveAs(await (await respond(call)).blob(), name);
  } catch (error) {
    const problem = Problem.of(error);
    toast(problem.detail || problem.title, "failed");
  }
}
