// A browser, and the console of a real server in it. COMFYFUNC_URL is the server, CONSOLE_URL where the console is served if elsewhere.
import { deepEqual } from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { chromium } from "playwright-core";

const PATIENCE = Number(process.env.PATIENCE ?? 60_000);
const BETWEEN = 50;
const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export const API = new URL("api/", slash(process.env.COMFYFUNC_URL ?? "http://localhost:7071"));
export const CONSOLE = new URL("console/", slash(process.env.CONSOLE_URL ?? process.env.COMFYFUNC_URL ?? "http://localhost:7071"));

function slash(url) {
  return url.endsWith("/") ? url : `${url}/`;
}

export async function open() {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`The console’s tests need Chromium, and there is none at ${CHROMIUM}: apt-get install -y chromium`);
  }

  const profile = await mkdtemp(join(tmpdir(), "comfyfunc-console-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    viewport: { width: 1360, height: 860 },
    args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  context.setDefaultTimeout(PATIENCE);
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: CONSOLE.origin });
  return new Browser(context, profile);
}

class Browser {
  constructor(context, profile) {
    Object.assign(this, { context, profile });
  }

  /** A page of the console at a path below /console/, in a tab of its own. */
  async page(path = "", { scheme = "dark", width = 1360, height = 860, before } = {}) {
    const page = await this.context.newPage();
    page.failures = [];
    page.on("pageerror", (e) => page.failures.push(`${e}`));
    page.on("console", (m) => {
      // What the server refuses is told on the page; what the policy blocks or the script gets wrong is a defect.
      if (m.type() === "error" && !m.text().startsWith("Failed to load resource")) {
        page.failures.push(m.text());
      }
    });
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    if (before) {
      await before(page);
    }

    await page.goto(new URL(path, CONSOLE).href);
    return page;
  }

  /** Closes the tabs of a test: each would go on asking the server. */
  async closePages() {
    const [first, ...others] = this.context.pages();
    await Promise.all(others.map((p) => p.close()));
    await first.goto("about:blank");
  }

  async close() {
    await this.context.close();
    await rm(this.profile, { recursive: true, force: true });
  }
}

/** A picture to look at, where somebody wants pictures. */
export async function shot(page, name, { isWhole = false } = {}) {
  if (process.env.SHOTS) {
    await page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: isWhole });
  }
}

/** What axe finds that is serious or worse, one line each. */
export async function accessFaults(page) {
  if (!(await page.evaluate(() => "axe" in window))) {
    // The policy lets no script of another place in; the debugger may.
    await page.evaluate(await readFile(AXE, "utf8"));
  }

  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")} — ${n.failureSummary?.split("\n")[1]?.trim()}`));
}

/** Waits for what nobody tells: asks again each frame until it is so. */
export const eventually = (page, isSo, argument) => page.waitForFunction(isSo, argument, { polling: "raf" });

/** Waits until what is read of the page is this; in time it tells what it is instead. */
export async function becomes(read, expected) {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const value = await read();
    if (isDeepStrictEqual(value, expected) || Date.now() > until) {
      return deepEqual(value, expected);
    }

    await new Promise((resolve) => setTimeout(resolve, BETWEEN));
  }
}

/** How many functions of the page's own are called while something is done and drawn: what it costs, on whatever machine. */
export async function callsOf(page, act) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Profiler.enable");
  await cdp.send("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  await act();
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  const { result } = await cdp.send("Profiler.takePreciseCoverage");
  await cdp.detach();
  return result
    .filter((script) => script.url.includes("/assets/"))
    .flatMap((script) => script.functions)
    .reduce((sum, f) => sum + f.ranges[0].count, 0);
}

/** How far the page is wider than its window, once it has been drawn in it. */
export const overflow = (page) =>
  page.evaluate(async () => {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  });
