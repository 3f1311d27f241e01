// Serves dist as the server does (deep links, policy), and sends /api to a running one: COMFYFUNC_URL, or the first argument.
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer, request } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = join(dirname(fileURLToPath(import.meta.url)), "dist");
const API = new URL(process.argv[2] ?? process.env.COMFYFUNC_URL ?? "http://localhost:7071");
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "worker-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join("; ");
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8" };

/** The file of a path below /console; the page itself for what is no file. */
async function fileOf(path) {
  const file = join(DIST, normalize(`/${path}`));
  return (await stat(file).catch(() => null))?.isFile() ? file : join(DIST, "index.html");
}

async function serve(path, response) {
  const file = await fileOf(path);
  response.writeHead(200, {
    "Content-Type": TYPES[extname(file)] ?? "text/plain; charset=utf-8",
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": file.includes("assets") ? "public, max-age=31536000, immutable" : "no-cache",
  });
  if (extname(file) === ".html") {
    response.end(await readFile(file));
  } else {
    // While dist is built anew a file may be gone.
    createReadStream(file).on("error", () => response.destroy()).pipe(response);
  }
}

/** The host header stays, so that links which the server makes lead here. */
function pass(incoming, response) {
  const outgoing = request(
    { host: API.hostname, port: API.port || 80, method: incoming.method, path: incoming.url, headers: incoming.headers },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    },
  );
  outgoing.on("error", () => response.headersSent || response.writeHead(502).end());
  response.on("close", () => outgoing.destroy());
  incoming.pipe(outgoing);
}

const server = createServer((incoming, response) => {
  const path = decodeURIComponent(new URL(incoming.url, "http://x").pathname);
  if (path === "/") {
    response.writeHead(302, { Location: "/console/" }).end();
  } else if (path === "/console" || path.startsWith("/console/")) {
    void serve(path.slice("/console/".length), response);
  } else {
    pass(incoming, response);
  }
});
server.listen(Number(process.env.PORT ?? 7300), "127.0.0.1", () => console.log(`http://localhost:${server.address().port}/console/`));
