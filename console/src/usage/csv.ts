import type { Usage } from "../kit/types";

/** Rows as a spreadsheet reads them (RFC 4180). */
export function csvOf(rows: Usage["usage"]): string {
  const head = ["client", "workflow", "version", "runs", "succeeded", "gpuSeconds", "outputBytes"];
  const lines = rows.map((r) => [r.client, r.workflow, r.version, r.runs, r.succeeded ?? "", r.gpuSeconds ?? "", r.outputBytes ?? ""]);
  return [head, ...lines].map((l) => `${l.map(cell).join(",")}\r\n`).join("");
}

// A text that begins like a formula would be one.
function cell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
