// Batches: made from a workflow's form, seen as a contact sheet, taken away as a table and as one file.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { call, MARKUP, saveWorkflows } from "../support/api.mjs";
import { accessFaults, eventually, open, overflow, shot } from "../support/browser.mjs";
import { COLOUR, MARKED, saveForm } from "../support/forms.mjs";

const PATIENCE = 60_000;

let browser;
before(async () => {
  await saveWorkflows();
  await saveForm("form-colour", COLOUR);
  browser = await open();
});
afterEach(() => browser.closePages());
after(() => browser.close());

const make = (workflow, body) => call("POST", `workflows/${workflow}/batches`, body);

/** Waits for a batch's end, and answers it. */
async function completed(id) {
  for (const until = Date.now() + PATIENCE; ;) {
    const batch = await call("GET", `batches/${id}`);
    if (batch.status === "completed" || batch.status === "canceled") {
      return batch;
    }

    assert.ok(Date.now() < until, `batch ${id} is ${batch.status}`);
    await call("GET", `runs?batch=${id}&limit=1`);
  }
}

test("a matrix is made from the form, runs before one's eyes, and each cell leads to its run", async () => {
  const page = await browser.page("workflows/form-colour/batch");
  const add = page.getByLabel("Sweep an input");
  await add.click();
  await page.getByRole("option", { name: "blank · color" }).click();
  await page.getByLabel("Values of blank color").fill("255, 65280, 16711680");
  await add.click();
  await page.getByRole("option", { name: "blank · width" }).click();
  await page.getByLabel("Values of blank width").fill("32..96 by 32");
  await page.getByText("3 × 3").waitFor();
  await shot(page, "batch-form");
  assert.deepEqual(await accessFaults(page), []);
  const sent = page.waitForRequest((r) => r.method() === "POST" && r.url().endsWith("/batches"));
  await page.getByRole("button", { name: "Make 9 runs" }).click();
  assert.deepEqual(JSON.parse((await sent).postData()), { matrix: { blank: { color: [255, 65280, 16711680], width: [32, 64, 96] } } });
  await page.waitForURL(/batches\/\w+$/);
  await page.getByText("completed").waitFor();
  await eventually(page, () => document.querySelectorAll(".sheet-table td .cell img").length === 9);
  assert.equal(await page.locator(".sheet-table tbody tr").count(), 3);
  await shot(page, "batch-sheet");
  const [cell] = await page.locator(".sheet-table .cell").all();
  const { runs } = await call("GET", `runs?batch=${page.url().split("/").pop()}`);
  const first = runs.find((r) => r.batch.index === 0);
  assert.ok((await cell.getAttribute("href")).endsWith(first.id));
  assert.deepEqual(page.failures, []);
});

test("rows and columns are chosen, and a third axis is tabs; all of it is in the address", async () => {
  const { id } = await make("form-colour", { matrix: { blank: { color: [1, 2], width: [32, 64], height: [16, 48] } } });
  await completed(id);
  const page = await browser.page(`batches/${id}`);
  const rows = page.getByLabel("Rows", { exact: true });
  const columns = page.getByLabel("Columns", { exact: true });
  await page.getByRole("tab", { name: "blank.width 64" }).waitFor();
  await rows.selectOption("blank.height");
  await page.waitForURL(/rows=blank\.height/);
  await eventually(page, () => document.querySelectorAll(".sheet-table tbody th[title='48']").length === 1);
  assert.equal(await columns.inputValue(), "blank.color");
  await page.getByRole("tab", { name: "blank.width 64" }).click();
  await page.waitForURL(/at\.blank\.width=64/);
  const { runs } = await call("GET", `runs?batch=${id}`);
  const at = runs.find((r) => r.batch.cell.blank.width === 64 && r.batch.cell.blank.height === 16 && r.batch.cell.blank.color === 1);
  await eventually(page, (one) => document.querySelector(".sheet-table .cell")?.href.endsWith(one), at.id);
  await page.getByLabel("Pictures").selectOption("large");
  await page.waitForURL(/size=large/);
});

test("a list of calls is a grid, and what a line has wrong is told with its number", async () => {
  const page = await browser.page("workflows/form-colour/batch");
  await page.getByRole("tab", { name: "List of calls" }).click();
  const lines = page.getByLabel("Calls, one JSON object a line, or an array");
  await lines.fill('{"blank":{"color":1}}\n{"blank":');
  await page.getByText("Line 2:").waitFor();
  await lines.fill('{"blank":{"color":1}}\n{"blank":{"color":"red"}}\n{}');
  await page.getByRole("button", { name: "Make 3 runs" }).click();
  await page.getByText("/inputs/1/blank/color").waitFor();
  await lines.fill('{"blank":{"color":1}}\n{"blank":{"color":2}}\n{}');
  await page.getByRole("button", { name: "Make 3 runs" }).click();
  await page.waitForURL(/batches\/\w+$/);
  await eventually(page, () => document.querySelectorAll(".cell img").length === 3);
});

test("the table and the file of a batch are fetched with the key in a header, and saved", async () => {
  const { id } = await make("form-colour", { matrix: { blank: { color: [5, 6] } } });
  await completed(id);
  const page = await browser.page(`batches/${id}`);
  const saved = async (name) => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
    return { name: file.suggestedFilename(), body: await readFile(await file.path()) };
  };
  const table = await saved("CSV");
  assert.equal(table.name, `batch-${id}.csv`);
  assert.match(table.body.toString(), /^index,run,status/);
  const zip = await saved("Zip of all outputs");
  assert.equal(zip.name, `form-colour-${id}.zip`);
  assert.equal(zip.body.subarray(0, 2).toString(), "PK");
});

test("the file of all outputs is fetched from where the server says, which may be elsewhere", async () => {
  const { id } = await make("form-colour", { matrix: { blank: { color: [15, 16] } } });
  await completed(id);
  const page = await browser.page(`batches/${id}`);
  const elsewhere = "https://storage.example/all.zip?sig=x";
  await page.route("https://storage.example/**", (route) =>
    route.fulfill({ body: "PK", contentType: "application/zip", headers: { "Content-Disposition": "attachment; filename=all.zip" } }),
  );
  await page.route(/outputs\?bundle=zip&link=true/, (route) => route.fulfill({ json: { url: elsewhere } }));
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Zip of all outputs", exact: true }).click()]);
  assert.equal(file.url(), elsewhere);
  assert.deepEqual(page.failures, []);
});

test("what is wrong with swept values stands at what is swept, and goes when it changes", async () => {
  const page = await browser.page("workflows/form-colour/batch");
  await page.getByLabel("Sweep an input").click();
  await page.getByRole("option", { name: "blank · width" }).click();
  await page.getByLabel("Values of blank width").fill("32, 99999999");
  await page.getByRole("button", { name: "Make 2 runs" }).click();
  const told = page.getByRole("region", { name: "blank width" }).getByRole("alert");
  await told.getByText("16384").waitFor();
  assert.equal(await page.getByRole("alert").count(), 1);
  assert.deepEqual(await accessFaults(page), []);
  await shot(page, "batch-faults");
  await page.getByLabel("Values of blank width").fill("32, 64");
  await told.waitFor({ state: "detached" });
});

test("a batch that goes on is canceled, and its cells say so", async () => {
  const { id } = await make("console-slow", { matrix: { work: { steps: [40, 41, 42, 43, 44, 45] } } });
  const page = await browser.page(`batches/${id}`);
  await page.getByText("running").first().waitFor();
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel", exact: true }).click();
  await eventually(page, () => document.querySelectorAll(".cell.canceled").length === 6);
  await page.getByRole("heading").getByText("canceled").waitFor();
});

test("a cell whose run failed says why", async () => {
  const { id } = await make("console-failing", { inputs: [{ breaker: { message: "Too dark." } }, {}] });
  await completed(id);
  const page = await browser.page(`batches/${id}`);
  await page.locator(".cell.failed").first().waitFor();
  await page.locator(".cell").getByText("Too dark.").waitFor();
  await shot(page, "batch-failed");
});

test("the list has batches by workflow and state, and follows them", async () => {
  const { id } = await make("form-colour", { matrix: { blank: { color: [7, 8, 9] } } });
  const page = await browser.page("batches?workflow=form-colour");
  const row = page.locator(`[data-key="${id}"]`);
  await row.getByText("all 3 succeeded").waitFor();
  await shot(page, "batches");
  await page.getByLabel("State").selectOption("canceled");
  await page.waitForURL(/status=canceled/);
  await row.waitFor({ state: "detached" });
});

test("markup in values and names is text", async () => {
  await saveForm("form-marked", MARKED);
  const { id } = await make("form-marked", { matrix: { words: { text: [MARKUP, "<b>bold</b>"] } } });
  await completed(id);
  const page = await browser.page(`batches/${id}`);
  await page.getByRole("columnheader").getByText("<b>bold</b>").waitFor();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator("b", { hasText: /^bold$/ }).count(), 0);
  assert.deepEqual(page.failures, []);
});

for (const scheme of ["dark", "light"]) {
  test(`a sheet and the list are accessible in ${scheme} colours, and as wide as a phone`, async () => {
    const { id } = await make("form-colour", { matrix: { blank: { color: [255, 65280, 16711680], width: [32, 64] } } });
    await completed(id);
    for (const [path, name] of [
      [`batches/${id}`, "sheet"],
      ["batches", "batch-list"],
    ]) {
      const page = await browser.page(path, { scheme });
      await eventually(page, () => document.querySelector(".sheet-table .cell img, .table .row") !== null);
      await shot(page, `${name}-${scheme}`);
      assert.deepEqual(await accessFaults(page), [], path);
      await page.setViewportSize({ width: 360, height: 740 });
      await eventually(page, () => innerWidth === 360);
      assert.ok((await overflow(page)) <= 0, `${path} is ${await overflow(page)} px too wide`);
      await shot(page, `${name}-${scheme}-360`);
      await page.close();
    }
  });
}
