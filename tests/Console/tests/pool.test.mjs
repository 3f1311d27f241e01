// The pool: its load, what waits and for what, pause and resume, statistics and what failed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessFaults, API, becomes, open, overflow, shot } from "../support/browser.mjs";
import { all, answering, isHit, MARKUP, queueOf, quiet, statsOf } from "../support/samples.mjs";
import { ask } from "../support/server.mjs";

const QUEUE = /\/api\/queue(\?|$)/;
const STATS = "**/api/stats*";
const USAGE = "**/api/usage*";
const USED = {
  from: "2026-11-01",
  to: "2026-11-29",
  usage: [
    { client: "shop", workflow: "txt2img", version: 3, runs: 2, succeeded: 2, gpuSeconds: 90, outputBytes: 1 },
    { client: "studio", workflow: "txt2img", version: 3, runs: 1, succeeded: 1, gpuSeconds: 30, outputBytes: 1 },
  ],
};

let browser;
before(async () => {
  browser = await open();
});
after(async () => {
  await ask(API, "POST", "queue/resume");
  await browser.close();
});

test("the queue is paused and resumed, and what that means is said before", async () => {
  const page = await browser.page("pool");
  await page.getByRole("button", { name: "Pause the queue", exact: true }).click();
  const dialog = page.getByRole("dialog");
  assert.match(await dialog.innerText(), /Calls are still taken and wait, and what has its slot goes on/);
  await dialog.getByRole("button", { name: "Pause the queue" }).click();
  await page.getByText(/The queue was paused/).waitFor();
  assert.equal((await ask(API, "GET", "queue")).body.paused, true);
  await page.getByRole("button", { name: "Resume the queue", exact: true }).click();
  await page.getByText(/The queue was paused/).waitFor({ state: "detached" });
  assert.equal((await ask(API, "GET", "queue")).body.paused, false);

  // What somebody else does to it is seen as well.
  await page.getByText("live", { exact: true }).waitFor();
  await ask(API, "POST", "queue/pause");
  await page.getByText(/The queue was paused/).waitFor();
  await ask(API, "POST", "queue/resume");
  await page.getByText(/The queue was paused/).waitFor({ state: "detached" });
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("the numbers are the pool's, and the processes of the service are there for who opens them", async () => {
  const page = await browser.page("pool");
  const pool = (await ask(API, "GET", "pool")).body;
  const figures = page.getByLabel("The pool now");
  await figures.getByText(`of ${pool.slots}`).waitFor();
  await figures.getByText(`${pool.hosts.ready} ready`).waitFor();
  assert.equal(await page.getByText("Storage requests").count(), 0);
  await page.getByText("Processes of the service").click();
  await page.getByText("this one").first().waitFor();
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("what waits has a place, a reason and a start, and a long queue is a short page", async () => {
  const page = await browser.page("pool", { before: all(quiet, answering(QUEUE, () => queueOf(5000))) });
  await page.getByText("the first 200 of 5,000").waitFor();
  const table = page.getByRole("table", { name: "Waiting runs" });
  const third = table.getByRole("row").nth(4);
  assert.match(await third.innerText(), /4[\s\S]+no capable host[\s\S]+flux1-schnell[\s\S]+not known/);
  assert.match(await table.getByRole("row").nth(2).innerText(), /models loading[\s\S]+in \d+ m/);
  assert.ok((await table.getByRole("row").count()) < 80, "Rows out of sight are not drawn.");
  assert.equal(await table.getByRole("link").first().getAttribute("href"), "runs/01M8M84H19AG5C9E9M9JBT0000");
  await page.close();
});

test("statistics are of the range and workflow of the address, and say what they are in words", async () => {
  const [asked, days] = [[], []];
  const before = all(
    answering(STATS, (request) => {
      asked.push(new URL(request.url()).searchParams);
      return statsOf();
    }),
    answering(USAGE, (request) => {
      days.push(new URL(request.url()).searchParams.get("from"));
      return USED;
    }),
    (p) => p.clock.setFixedTime("2026-11-29T12:00:00Z"),
  );
  const page = await browser.page("pool?range=6h&workflow=upscale", { before });
  await page.getByRole("img", { name: /^Time of a run: 2\.40 s, half of them, 95 % within 6\.10 s$/ }).waitFor();
  await page.locator(".chart canvas").nth(5).waitFor();
  const [first] = asked;
  assert.equal(first.get("workflow"), "upscale");
  assert.equal(first.get("from"), "2026-11-29T06:00:00.000Z");
  await page.getByRole("button", { name: "7 d" }).click();
  await page.waitForURL(/range=7d/);
  await becomes(() => [days[0], days.at(-1)], ["2026-11-29", "2026-11-23"]);
  await page.getByLabel("Workflow", { exact: true }).selectOption("txt2img");
  await page.waitForURL(/workflow=txt2img/);
  assert.match(await page.getByLabel("GPU time by client").innerText(), /shop\s+1 m 30 s\s+studio\s+30\.0 s/);
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("statistics are read again while they are looked at, and what is shown stays until then", async () => {
  let runs = 231;
  const before = all(
    quiet,
    answering(STATS, () => ({ ...statsOf(), totals: { ...statsOf().totals, runs } })),
    (p) => p.clock.install(),
  );
  const page = await browser.page("pool", { before });
  await page.getByText("231 runs ended").waitFor();
  runs = 232;
  await page.clock.runFor(15_000);
  await page.getByText("232 runs ended").waitFor();
  await page.close();
});

test("failures are grouped by node and lead to their runs", async () => {
  const page = await browser.page("pool", { before: answering(STATS, () => statsOf()) });
  const group = page.locator(".failures > li", { hasText: "VAEDecode !decode" });
  assert.match(await group.innerText(), /5 ×\s+CUDA out of memory/);
  assert.deepEqual(await page.locator(".failures h3").allInnerTexts(), ["VAEDecode !decode", "VAEDecode", "start_deadline_exceeded"]);
  assert.equal(await group.getByRole("link", { name: "5 ×" }).getAttribute("href"), "runs?workflow=upscale&status=failed,expired");
  assert.equal(await group.getByRole("link", { name: "the last one" }).getAttribute("href"), "runs/01M8M84H19AG5C9E9M9JBT0HC3");
  await page.close();
});

test("an hour in which nothing ended is shown as that", async () => {
  const empty = statsOf();
  const nothing = Object.fromEntries(Object.keys(empty.totals).map((n) => [n, n.endsWith("Ms") ? null : 0]));
  const page = await browser.page("pool", { before: answering(STATS, { ...empty, totals: nothing, buckets: [], workflows: [], failures: [] }) });
  await page.getByText("No run has ended in this time.").waitFor();
  await page.getByText("Nothing has executed in this time.").waitFor();
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("a server without queue and statistics is said to be one", async () => {
  const none = { status: 404, code: "not_found", title: "There is nothing here." };
  const page = await browser.page("pool", { before: all(quiet, answering(QUEUE, none, 404), answering(STATS, none, 404)) });
  await page.getByText("This server does not show its queue").waitFor();
  await page.getByText("This server keeps no statistics").waitFor();
  assert.equal(await page.getByRole("button", { name: "Pause the queue", exact: true }).count(), 0);
  await page.close();
});

test("markup from the queue and from failures stays text", async () => {
  const queue = queueOf(1);
  Object.assign(queue.waiting[0], { run: MARKUP, workflow: MARKUP, client: MARKUP, batch: MARKUP, waitsFor: { code: MARKUP, message: MARKUP } });
  const stats = statsOf(Date.now(), { text: MARKUP });
  Object.assign(stats.failures[0], { workflow: MARKUP, code: MARKUP, node: { class: MARKUP, tag: MARKUP } });
  stats.workflows[0].workflow = MARKUP;
  const page = await browser.page("pool", { before: all(quiet, answering(QUEUE, queue), answering(STATS, stats)) });
  await page.locator(".failures").getByText(MARKUP).first().waitFor();
  await page.getByRole("table", { name: "Waiting runs" }).getByText(MARKUP).first().waitFor();
  assert.equal(await isHit(page), false);
  await page.close();
});

for (const scheme of ["dark", "light"]) {
  test(`the pool can be used by everybody, and on a telephone, in ${scheme}`, async () => {
    const before = all(quiet, answering(QUEUE, () => queueOf(7, Date.now(), { paused: scheme === "light" })), answering(STATS, () => statsOf()), answering(USAGE, USED));
    const page = await browser.page("pool", { scheme, before });
    await page.locator(".chart canvas").nth(5).waitFor();
    await page.getByText("Processes of the service").click();
    await page.getByText("this one").first().waitFor();
    assert.deepEqual(await accessFaults(page), []);
    await shot(page, `pool-${scheme}`, { isWhole: true });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.locator(".is-cards").waitFor();
    assert.ok((await overflow(page)) <= 0, "The pool is wider than 360 px");
    assert.deepEqual(await accessFaults(page), []);
    await shot(page, `pool-${scheme}-360`, { isWhole: true });
    await page.close();
  });
}
