// The page of the runs: live, found by filters that its address has, many at once.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { call, ended, MARKUP, run, saveMarkup, saveWorkflows, start } from "../support/api.mjs";
import { accessFaults, becomes, CONSOLE, eventually, open, overflow, shot } from "../support/browser.mjs";
import { quiet, runOf, runsOf } from "../support/samples.mjs";

let browser;
let made;
before(async () => {
  await saveWorkflows();
  await saveMarkup();
  made = await run("console-picture", { blank: { color: 11 }, metadata: { suite: "runs", order: 17 } });
  browser = await open();
});
afterEach(() => browser.closePages());
after(() => browser.close());

const rowOf = (page, id) => page.locator(`[data-key="${id}"]`);

/** Listings as a test wants them, and no news: another test's run that ends now would come in. */
async function listed(page, answer) {
  await quiet(page);
  await page.route(/api\/runs\?/, (route) => route.fulfill({ json: answer(new URL(route.request().url()).searchParams) }));
}

/** Runs that are canceled when the test is over. */
async function slow(t, count = 1) {
  const ids = await Promise.all(Array.from({ length: count }, () => start("console-slow", { metadata: { suite: "runs" } })));
  t.after(() => Promise.all(ids.map((id) => call("POST", `runs/${id}/cancel`, {}).catch(() => undefined))));
  return ids;
}

test("a run comes into the list and changes there without anybody loading the page", async () => {
  const page = await browser.page("runs?workflow=console-picture");
  await rowOf(page, made.id).waitFor();
  const id = await start("console-picture", { blank: { color: 12 } });
  await rowOf(page, id).getByText("succeeded").waitFor();
  await rowOf(page, id).locator("img").waitFor();
  assert.deepEqual(page.failures, []);
});

test("filters are in the address, ask the server, and stay when the page is loaded anew", async () => {
  const failed = await run("console-failing");
  const page = await browser.page("runs");
  await rowOf(page, failed.id).waitFor();
  await page.getByRole("button", { name: "failed" }).click();
  await page.waitForURL(/status=failed/);
  await rowOf(page, made.id).waitFor({ state: "detached" });
  await page.getByLabel("Workflow").selectOption("console-failing");
  await page.waitForURL(/workflow=console-failing/);
  await page.getByLabel("Since").first().selectOption("1h");
  await page.waitForURL(/since=1h/);
  await rowOf(page, failed.id).waitFor();
  const asked = page.waitForRequest((r) => /api\/runs\?/.test(r.url()) && r.url().includes("createdAfter="));
  await page.reload();
  const url = new URL((await asked).url());
  assert.equal(url.searchParams.get("status"), "failed");
  assert.equal(url.searchParams.get("workflow"), "console-failing");
  await rowOf(page, failed.id).waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  await rowOf(page, made.id).waitFor();
  assert.equal(new URL(page.url()).search, "");
});

test("metadata finds runs", async () => {
  const page = await browser.page("runs");
  await page.getByRole("button", { name: "More" }).click();
  await page.getByLabel("Metadata").fill("suite=runs, order=17");
  await page.waitForURL(/metadata=/);
  await rowOf(page, made.id).waitFor();
  const { runs } = await call("GET", "runs?metadata.suite=runs&metadata.order=17");
  await eventually(
    page,
    (ids) => [...document.querySelectorAll(".row")].map((r) => r.dataset.key).join() === ids,
    runs.map((r) => r.id).join(),
  );
});

test("what the server refuses of a filter is told with the place", async () => {
  const page = await browser.page("runs?batch=%3Cb%3Enobody%3C%2Fb%3E&status=nonsense");
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.textContent(), /status/);
});

test("words look at what is loaded, and a run’s id opens it", async () => {
  const page = await browser.page("runs");
  await rowOf(page, made.id).waitFor();
  const search = page.getByRole("searchbox");
  await page.keyboard.press("/");
  await search.fill("no such words anywhere");
  await page.getByText("No run fits").waitFor();
  await search.fill(made.id);
  await rowOf(page, made.id).waitFor();
  await becomes(() => page.locator(".row").count(), 1);
  await search.press("Enter");
  await page.waitForURL(new RegExp(`runs/${made.id}$`));
});

test("j and k go from row to row, x selects, enter opens", async () => {
  await run("console-picture", { blank: { color: 13 } });
  await run("console-picture", { blank: { color: 14 } });
  const page = await browser.page("runs?workflow=console-picture", { before: quiet });
  await page.locator(".row").nth(2).waitFor(); // The last row is where j stops.
  const second = await page.locator(".row").nth(1).getAttribute("data-key");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await becomes(() => page.locator(".row.is-cursor").getAttribute("data-key"), second);
  await page.keyboard.press("x");
  await page.getByRole("region", { name: "Selected runs" }).getByText("1 run").waitFor();
  await page.keyboard.press("x");
  await page.getByRole("region", { name: "Selected runs" }).waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`runs/${second}$`));
});

test("many are canceled at once, when that is confirmed, and each call is shown as curl", async (t) => {
  const ids = await slow(t, 2);
  const page = await browser.page("runs?workflow=console-slow");
  for (const id of ids) {
    await rowOf(page, id).getByRole("checkbox").check();
  }

  const bar = page.getByRole("region", { name: "Selected runs" });
  await bar.getByRole("button", { name: "Cancel 2 as curl" }).click();
  const curl = await page.getByRole("dialog").textContent();
  for (const id of ids) {
    assert.ok(curl.includes(`api/runs/${id}/cancel`), curl);
  }

  await page.keyboard.press("Escape");
  await bar.getByRole("button", { name: "Cancel 2", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel 2 runs?" });
  await dialog.getByRole("button", { name: "Leave it" }).click();
  assert.notEqual((await call("GET", `runs/${ids[0]}`)).status, "canceled");
  await bar.getByRole("button", { name: "Cancel 2", exact: true }).click();
  assert.deepEqual(await accessFaults(page), []);
  await shot(page, "runs-cancel");
  await dialog.getByRole("button", { name: "Cancel 2" }).click();
  for (const id of ids) {
    await rowOf(page, id).getByText("canceled").waitFor();
    assert.equal((await ended(id)).status, "canceled");
  }
});

test("ended runs are retried, and deleted", async () => {
  const first = await run("console-picture", { blank: { color: 21 } });
  const page = await browser.page("runs?workflow=console-picture");
  await rowOf(page, first.id).getByRole("checkbox").check();
  const bar = page.getByRole("region", { name: "Selected runs" });
  await bar.getByRole("button", { name: "Retry 1", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Retry 1" }).click();
  await page.getByText("1 run made anew.").waitFor();
  const { runs } = await call("GET", "runs?workflow=console-picture&limit=100");
  const again = runs.find((r) => r.retryOf === first.id);
  assert.ok(again, "There is a run that is the retry of the first.");
  await rowOf(page, again.id).getByText("succeeded").waitFor();

  await rowOf(page, first.id).getByRole("checkbox").check();
  await bar.getByRole("button", { name: "Delete 1", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete 1" }).click();
  await rowOf(page, first.id).waitFor({ state: "detached" });
  await assert.rejects(call("GET", `runs/${first.id}`), /404/);
});

test("what cannot be done with one of many is told, and the others are done", async (t) => {
  const kept = await run("console-picture", { blank: { color: 31 } });
  const page = await browser.page("runs?workflow=console-picture");
  await rowOf(page, kept.id).getByRole("checkbox").check();
  await page.route(`**/api/runs/${kept.id}`, (route) =>
    route.fulfill({
      status: 409,
      contentType: "application/problem+json",
      body: JSON.stringify({
        title: "It is held.",
        status: 409,
        code: "conflict",
        detail: MARKUP,
        errors: [{ pointer: "/id", detail: MARKUP }],
      }),
    }),
  );
  t.after(() => page.close());
  await page.getByRole("button", { name: "Delete 1", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete 1" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete 1 was refused" });
  await dialog.getByText("It is held.").waitFor();
  const text = await dialog.textContent();
  assert.ok(text.includes("/id") && text.includes("conflict") && text.split(MARKUP).length === 3, text);
  assert.equal(await dialog.locator("img, b, script").count(), 0);
  await rowOf(page, kept.id).waitFor();
});

test("ten thousand runs are scrolled as ten are: only those in view are drawn", async () => {
  const COUNT = 10_000;
  const page = await browser.page("runs", { before: (p) => listed(p, (query) => runsOf(COUNT, query)) });
  await page.locator(".row").first().waitFor();
  while (!(await page.getByText("10,000 runs").isVisible())) {
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await rowOf(page, runOf(COUNT - 1).id).waitFor();

  const FRAMES = 120;
  const most = await page.evaluate(async (frames) => {
    let most = 0;
    scrollTo(0, 0);
    for (let i = 0; i < frames; i++) {
      scrollBy(0, 240);
      await new Promise(requestAnimationFrame);
      most = Math.max(most, document.querySelectorAll(".row").length);
    }

    return most;
  }, FRAMES);
  assert.ok(most < 60, `${most} rows are drawn at once.`);
});

test("rows that come in do not move what is being read", async () => {
  let first = 0;
  const page = await browser.page("runs", {
    before: (p) => listed(p, () => ({ runs: Array.from({ length: 100 }, (_, i) => runOf(first + i, 0)), continuation: null })),
  });
  await page.locator(".row").first().waitFor();
  await page.evaluate(() => scrollTo(0, 1200));
  const read = page.getByText("workflow-35", { exact: false });
  const before = (await read.boundingBox()).y;
  first = -3;
  await eventually(page, () => document.querySelector('[data-key$="0000009999964"]')?.getAttribute("aria-rowindex") === "40");
  await becomes(async () => (await read.boundingBox()).y, before);
});

test("where nothing has run the page says what to do first, with the command", async () => {
  const page = await browser.page("runs", {
    before: (p) => listed(p, () => ({ runs: [], continuation: null })),
  });
  await page.getByRole("heading", { name: "Nothing has run yet" }).waitFor();
  assert.match(await page.locator(".empty pre").textContent(), /^curl -X POST \S+api\/workflows\//);
  assert.deepEqual(await accessFaults(page), []);
  await shot(page, "runs-empty");
});

test("markup in names, errors and metadata is text", async () => {
  const failed = await run("console-markup", {
    break: { message: MARKUP, exception_type: "ValueError" },
    metadata: { [MARKUP]: MARKUP },
  });
  const page = await browser.page("runs?workflow=console-markup");
  await rowOf(page, failed.id).getByText("node_failed").waitFor();
  assert.ok((await rowOf(page, failed.id).textContent()).includes(MARKUP));
  assert.equal(await page.locator("main b, main script").count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
});

test("the list is good to look at and to use where there is little room", async (t) => {
  await slow(t, 3);
  const page = await browser.page("runs", { width: 360, height: 740, scheme: "light" });
  await page.locator(".row .card").first().waitFor();
  assert.ok((await overflow(page)) <= 0);
  assert.deepEqual(await accessFaults(page), []);
  await shot(page, "runs-cards-360");
  await page.locator(".row-link").first().click();
  await page.waitForURL(/runs\/01/);
});

test("a page that nobody touches asks for little", async () => {
  const page = await browser.page("runs?workflow=console-picture", { before: (p) => p.clock.install() });
  await page.locator(".row .thumb img").first().waitFor();
  const asked = [];
  page.on("request", (r) => {
    if (r.url().startsWith(new URL("../api/", CONSOLE).href) && !r.url().endsWith("/health")) {
      asked.push(r.url());
    }
  });

  // The page's clock goes on; after each second what was asked for is answered.
  const second = async () => {
    await page.clock.runFor(1000);
    await page.evaluate((url) => fetch(url), new URL("../api/health", CONSOLE).href);
  };
  for (let calm = 0; calm < 3; ) {
    const before = asked.length; // What it begins with: until it asks nothing for three seconds.
    await second();
    calm = asked.length === before ? calm + 1 : 0;
  }

  asked.length = 0;
  for (let i = 0; i < 60; i++) {
    await second();
  }

  assert.ok(asked.length <= 12, `In a minute it asked for\n${asked.join("\n")}`);
});
