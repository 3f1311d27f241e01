import { ComfyFuncError } from "./error.js";

const SECONDS_OF_TOLERANCE = 300;

/**
 * Verifies a delivery by Standard Webhooks, and reads it.
 * @param {string | Uint8Array} body As it came, byte for byte.
 * @param {string | string[]} secrets `whsec_…`; any of several is good.
 */
export async function verifyWebhook(body, headers, secrets, { tolerance = SECONDS_OF_TOLERANCE, now = Date.now() / 1000 } = {}) {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => headerOf(headers, name) ?? refuse(`The header ${name} is missing.`));
  if (!/^\d{1,15}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > tolerance) {
    refuse("The timestamp is too old or too new.");
  }

  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const signed = new Uint8Array([...new TextEncoder().encode(`${id}.${timestamp}.`), ...bytes]);
  const given = signatures.split(" ").filter((s) => s.startsWith("v1,")).map((s) => bytesOf(s.slice(3))).filter(Boolean);
  for (const secret of [secrets].flat()) {
    const material = bytesOf(secret.replace(/^whsec_/, "")) ?? refuse("The secret is none.");
    const key = await crypto.subtle.importKey("raw", material, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const signature of given) {
      // In constant time.
      if (await crypto.subtle.verify("HMAC", key, signature, signed)) {
        return JSON.parse(new TextDecoder().decode(bytes));
      }
    }
  }

  refuse("No signature fits.");
}

function headerOf(headers, name) {
  const value = typeof headers.get === "function" ? headers.get(name) : Object.entries(headers).find(([n]) => n.toLowerCase() === name)?.[1];
  return value === null || value === undefined ? undefined : String(value);
}

function bytesOf(base64) {
  try {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function refuse(message) {
  throw new ComfyFuncError(message, { code: "invalid_webhook" });
}
