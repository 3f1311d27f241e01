// What the console costs its reader, measured in Chromium on a server that is there: node bench/console.mjs http://localhost:7071
// It needs the packages of the console's tests: cd tests/Console && npm ci. By hand, on a quiet machine: no test holds these times.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const TIMES = 10;
const MINUTE = 60_000;
const SETTLED = 5000;
const ROWS = 10_000;
const FRAMES = 120;
const PIXELS = 240;
const DIST = new URL("../console/dist/", import.meta.url).pathname;

process.env.COMFYFUNC_URL = process.argv[2] ?? process.env.COMFYFUNC_URL ?? "http://localhost:7071";
const { API, CONSOLE, open } = await import("../tests/Console/support/browser.mjs");
const { quiet, runsOf } = await import("../tests/Console/support/samples.mjs");

const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];

/** When something is first seen of the page, in ms since it was asked for; from the server each time, or from the browser's cache. */
async function firstPaint(browser, { isCold }) {
  const page = await browser.page("about:blank");
  const cdp = await page.context().newCDPSession(page);
  await cdp.send(isCold ? "Network.clearBrowserCache" : "Network.enable");
  await page.goto(CONSOLE.href);
  const at = await page.evaluate(
    () =>
      new Promise((resolve) =>
        new PerformanceObserver((list) => list.getEntriesByName("first-contentful-paint").forEach((e) => resolve(e.startTime))).observe({
          type: "paint",
          buffered: true,
        }),
      ),
  );
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.close();
  return at;
}

async function firstPaints(browser, how) {
  const all = [];
  for (let i = 0; i < TIMES; i++) {
    all.push(await firstPaint(browser, how));
  }

  return `${median(all).toFixed(0)} ms (${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)})`;
}

/** What a page that nobody touches asks for in a minute, beside its stream of events. */
async function idle(browser, path) {
  const page = await browser.page(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await new Promise((resolve) => setTimeout(resolve, SETTLED));
  let asked = 0;
  page.on("request", (r) => (asked += r.url().startsWith(API.href) && !r.url().endsWith("/events") ? 1 : 0));
  await new Promise((resolve) => setTimeout(resolve, MINUTE));
  await page.close();
  return asked;
}

/** What a frame takes of the page's thread (script, styles, layout) while ten thousand runs are flung through: how the machine paints is not its doing. */
async function scroll(browser) {
  const page = await browser.page("runs", {
    before: async (p) => {
      await quiet(p);
      await p.route(/api\/runs\?/, (route) => route.fulfill({ json: runsOf(ROWS, new URL(route.request().url()).searchParams) }));
    },
  });
  await page.locator(".row").first().waitFor();
  while (!(await page.getByText("10,000 runs").isVisible())) {
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  }

  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const parts = ["ScriptDuration", "LayoutDuration", "RecalcStyleDuration"];
  const worked = async () =>
    (await cdp.send("Performance.getMetrics")).metrics.filter((m) => parts.includes(m.name)).reduce((sum, m) => sum + m.value * 1000, 0);
  const before = await worked();
  await page.evaluate(
    async ([frames, pixels]) => {
      scrollTo(0, 0);
      for (let i = 0; i < frames; i++) {
        scrollBy(0, pixels);
        await new Promise(requestAnimationFrame);
      }
    },
    [FRAMES, PIXELS],
  );
  const frame = ((await worked()) - before) / FRAMES;
  await page.close();
  return `${frame.toFixed(1)} ms`;
}

/** All files by gzip, and the viewer of 3D models apart: it comes when one is looked at. */
async function size() {
  let [all, viewer] = [0, 0];
  for (const file of await readdir(DIST, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) {
      const bytes = gzipSync(await readFile(join(file.parentPath, file.name)), { level: 9 }).length;
      [all, viewer] = file.name.startsWith("viewer") ? [all, viewer + bytes] : [all + bytes, viewer];
    }
  }

  return `${all} bytes of ${150 * 1024}, and ${viewer} for the viewer of models`;
}

const browser = await open();
try {
  console.log(`first contentful paint, nothing in the cache   ${await firstPaints(browser, { isCold: true })}`);
  console.log(`first contentful paint, from the cache         ${await firstPaints(browser, { isCold: false })}`);
  console.log(`a frame while 10,000 runs scroll               ${await scroll(browser)} of the page's thread`);
  for (const path of ["runs", "pool", "hosts"]) {
    console.log(`requests in an idle minute, ${path.padEnd(18)} ${await idle(browser, path)}`);
  }

  console.log(`gzip                                           ${await size()}`);
} finally {
  await browser.close();
}
