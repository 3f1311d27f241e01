// Usage: sums of what clients took, by days that the address keeps, and as a file.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { accessFaults, becomes, open, overflow, shot } from "../support/browser.mjs";
import { answering, isHit, MARKUP } from "../support/samples.mjs";

const row = (client, workflow, version, runs, succeeded, gpuSeconds, outputBytes) => ({ client, workflow, version, runs, succeeded, gpuSeconds, outputBytes });
const ROWS = [
  row("shop", "txt2img", 3, 1200, 1190, 4100.5, 9e8),
  row("shop", "upscale", 1, 300, 299, 2900, 5e9),
  row("studio", "txt2img", 2, 100, 100, 500, 4e5),
  row("", "portrait", 12, 40, 40, 120, 4e6),
];
const used = (usage = ROWS) => (request) => {
  const query = new URL(request.url()).searchParams;
  return { from: query.get("from") ?? "2026-11-01", to: query.get("to") ?? "2026-11-29", usage };
};

let browser;
before(async () => {
  browser = await open();
});
after(() => browser.close());

const firstColumn = (page) => page.locator("main tbody tr td:first-child").allInnerTexts();

test("what the server says is summed up by workflow, version and client", async () => {
  const page = await browser.page("usage", { before: answering("**/api/usage*", used()) });
  const figures = page.getByLabel("All together");
  await figures.getByText("1,640").waitFor();
  assert.match(await figures.innerText(), /11 runs did not go well/);
  assert.deepEqual((await firstColumn(page)).map((t) => t.trim()), ["txt2img", "upscale", "portrait"]);
  assert.match(await page.getByRole("row", { name: /txt2img/ }).innerText(), /1,300\s+99 %\s+1 h 16 m/);
  await page.getByRole("button", { name: "by version" }).click();
  await becomes(() => firstColumn(page), ["txt2img 3", "upscale 1", "txt2img 2", "portrait 12"]);
  await page.getByRole("button", { name: "by client" }).click();
  await page.waitForURL(/by=client/);
  await becomes(() => firstColumn(page), ["shop", "studio", "no name"]);
  assert.match(await page.getByLabel("GPU time", { exact: true }).innerText(), /shop\s+1 h 56 m 92 %/);
  await page.close();
});

test("days are asked for and stay in the address; what is wrong with one stands at it", async () => {
  const asked = [];
  const page = await browser.page("usage?from=2026-10-01", {
    before: (p) => {
      p.on("request", (r) => r.url().includes("/api/usage") && asked.push(new URL(r.url()).search));
    },
  });
  await page.getByLabel("From", { exact: true }).waitFor();
  await page.getByLabel("To", { exact: true }).fill("2026-10-31");
  await page.waitForURL(/from=2026-10-01&to=2026-10-31/);
  await page.getByText("Nothing has ended in these days.").waitFor();
  await becomes(() => asked.at(-1), "?from=2026-10-01&to=2026-10-31");
  const wrong = await browser.page("usage?from=yesterday");
  await wrong.getByText("from is a day in UTC").waitFor();
  assert.equal(await wrong.getByLabel("From", { exact: true }).getAttribute("aria-invalid"), "true");
  await Promise.all([page.close(), wrong.close()]);
});

test("the file has every row, and no text in it is a formula", async () => {
  const rows = [...ROWS, row("=cmd", 'a "b", c', 1, 1, 1, 0.5, 1)];
  const page = await browser.page("usage", { before: answering("**/api/usage*", used(rows)) });
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  const file = await coming;
  assert.equal(file.suggestedFilename(), "usage 2026-11-01 to 2026-11-29.csv");
  const lines = (await readFile(await file.path(), "utf8")).split("\r\n");
  assert.deepEqual(lines, [
    "client,workflow,version,runs,succeeded,gpuSeconds,outputBytes",
    "shop,txt2img,3,1200,1190,4100.5,900000000",
    "shop,upscale,1,300,299,2900,5000000000",
    "studio,txt2img,2,100,100,500,400000",
    ",portrait,12,40,40,120,4000000",
    `'=cmd,"a ""b"", c",1,1,1,0.5,1`,
    "",
  ]);
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("markup in usage stays text", async () => {
  const page = await browser.page("usage?by=client", { before: answering("**/api/usage*", used([row(MARKUP, MARKUP, 1, 1, 1, 1, 1)])) });
  await page.getByText(MARKUP).first().waitFor();
  await page.getByRole("button", { name: "by version" }).click();
  await page.getByText(MARKUP).first().waitFor();
  assert.equal(await isHit(page), false);
  await page.close();
});

for (const scheme of ["dark", "light"]) {
  test(`usage can be used by everybody, and on a telephone, in ${scheme}`, async () => {
    const page = await browser.page("usage", { scheme, before: answering("**/api/usage*", used()) });
    await page.getByLabel("All together").waitFor();
    assert.deepEqual(await accessFaults(page), []);
    await shot(page, `usage-${scheme}`, { isWhole: true });
    await page.setViewportSize({ width: 360, height: 740 });
    assert.ok((await overflow(page)) <= 0, "Usage is wider than 360 px");
    assert.deepEqual(await accessFaults(page), []);
    await shot(page, `usage-${scheme}-360`, { isWhole: true });
    await page.close();
  });
}
