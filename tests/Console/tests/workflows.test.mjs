// Workflows: saved by dropping a file, called by a form, told apart by versions and aliases.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { call, MARKUP, run, saveWorkflows, start } from "../support/api.mjs";
import { accessFaults, becomes, callsOf, eventually, open, overflow, shot } from "../support/browser.mjs";
import { COLOUR, drop, KINDS, manyInputs, MARKED, PHOTO, png, saveForm } from "../support/forms.mjs";

const BIG = "18446744073709551615";
const RED = { name: "red.png", type: "image/png", body: png(40, 24, [200, 30, 30]) };

let browser;
before(async () => {
  await saveForm("form-photo", PHOTO);
  await saveForm("form-kinds", KINDS);
  await saveForm("form-colour", COLOUR);
  browser = await open();
});
afterEach(() => browser.closePages());
after(() => browser.close());

/** A field of the form, by its tag and its name. */
const field = (page, tag, input) => page.getByRole("region", { name: tag, exact: true }).getByLabel(input, { exact: true });

const bodyOfNext = async (page, path) =>
  (await page.waitForRequest((r) => r.method() === "POST" && new URL(r.url()).pathname.endsWith(path))).postData();

/** The names of deleted workflows count on: each test has a name of its own. */
const SUITE = Date.now().toString(36);

const hasValue = async (page, locator, value) =>
  page.waitForFunction(([input, text]) => input.value === text, [await locator.elementHandle(), value], { polling: "raf" });

const gone = (name) => call("DELETE", `workflows/${name}`).catch(() => undefined);

test("a file that is dropped on the page is shown for what it would be, saved, and there", async () => {
  const name = `dropped-${SUITE}`;
  const page = await browser.page("workflows");
  await page.getByRole("table", { name: "Workflows" }).waitFor();
  await drop(page, "main", { name: `Dropped ${SUITE}.json`, type: "application/json", body: JSON.stringify(COLOUR) });
  const dialog = page.getByRole("dialog");
  await dialog.getByText("can be served").waitFor();
  assert.equal(await dialog.getByLabel("Name").inputValue(), name);
  await dialog.getByRole("cell", { name: "color" }).waitFor();
  await shot(page, "workflows-save");
  assert.deepEqual(await accessFaults(page), []);
  await dialog.getByRole("button", { name: "Save as version 1" }).click();
  await page.waitForURL(/workflows\/dropped-\w+$/);
  await field(page, "blank", "color").waitFor();
  assert.equal((await call("GET", `workflows/${name}`)).version, 1);
  await gone(name);
});

test("a file that cannot be served is refused in full, with the places", async () => {
  const page = await browser.page("workflows");
  await page.getByRole("table", { name: "Workflows" }).waitFor();
  const wrong = {
    1: { class_type: "SaveImage", inputs: { images: ["9", 0], filename_prefix: "x" } },
    2: { class_type: "SaveImage", inputs: { images: ["8", 0], filename_prefix: "x" } },
  };
  await drop(page, "main", { name: "wrong.json", type: "application/json", body: JSON.stringify(wrong) });
  const dialog = page.getByRole("dialog");
  await dialog.getByText("There is no node 9.").first().waitFor();
  await dialog.getByText("/1/inputs/images").waitFor();
  await dialog.getByText("/2/inputs/images").waitFor();
  assert.ok(await dialog.getByRole("button", { name: "Save" }).first().isDisabled());
  await shot(page, "workflows-refused");
});

test("a picture that ComfyUI made is saved by what lies in it", async () => {
  const made = await run("form-colour", { blank: { color: 99 } });
  const body = Buffer.from(await (await fetch(made.outputs.picture[0].url)).arrayBuffer());
  const page = await browser.page("workflows");
  await page.getByRole("table", { name: "Workflows" }).waitFor();
  await drop(page, "main", { name: "ComfyUI_00001_.png", type: "image/png", body });
  const dialog = page.getByRole("dialog");
  await dialog.getByText("can be served").waitFor();
  assert.equal(await dialog.getByLabel("Name").inputValue(), "comfyui");
  await dialog.getByRole("cell", { name: "color" }).waitFor();
});

test("where no workflow is saved, the page says how to save one", async () => {
  const before = (page) => page.route(/api\/workflows\?/, (route) => route.fulfill({ json: { workflows: [] } }));
  const page = await browser.page("workflows", { before });
  await page.getByText("No workflow is saved yet").waitFor();
  await page.getByText("curl -X PUT").waitFor();
  await shot(page, "workflows-empty");
  assert.deepEqual(await accessFaults(page), []);
});

test("a version that breaks callers says so, and is saved only when that is meant", async () => {
  const name = `breaks-${SUITE}`;
  await saveForm(name, COLOUR);
  const page = await browser.page(`workflows/${name}`);
  await field(page, "blank", "color").waitFor();
  const less = structuredClone(COLOUR);
  less[5]._meta.title = "Blank [blank:color]";
  await drop(page, "main", { name: "less.json", type: "application/json", body: JSON.stringify(less) });
  const dialog = page.getByRole("dialog");
  await dialog.getByText("The input 'width' of 'blank' is gone.").waitFor();
  const save = dialog.getByRole("button", { name: "Save as version 2" });
  assert.ok(await save.isDisabled());
  await dialog.getByLabel("It may break callers").check();
  await save.click();
  await dialog.waitFor({ state: "detached" });
  await field(page, "blank", "width").waitFor({ state: "detached" });
  assert.equal((await call("GET", `workflows/${name}`)).version, 2);
  await gone(name);
});

test("a picture fills a field, the run is followed to its end, and its picture stays when a value changes", async () => {
  const page = await browser.page("workflows/form-photo");
  await page.getByLabel("Files for photo image").setInputFiles({ name: RED.name, mimeType: RED.type, buffer: RED.body });
  await page.getByText("red.png").waitFor();
  await page.locator(".file-tile img").waitFor();
  const sent = bodyOfNext(page, "/workflows/form-photo");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  assert.match(JSON.parse(await sent).photo.image, /^upload:/);
  const result = page.getByRole("region", { name: "Result" });
  await result.getByText("succeeded").waitFor();
  await result.locator(".gallery img").waitFor();
  await shot(page, "workflow-photo");
  await field(page, "scale", "scale_by").fill("1.5");
  await result.locator(".gallery img").waitFor();
  assert.deepEqual(page.failures, []);
});

test("two runs stand side by side in the strip; the one before can be looked at and compared", async () => {
  const page = await browser.page("workflows/form-colour");
  const result = page.getByRole("region", { name: "Result" });
  for (const colour of ["255", "65280"]) {
    await field(page, "blank", "color").fill(colour);
    const posted = page.waitForResponse((r) => r.request().method() === "POST" && r.url().endsWith("/workflows/form-colour"));
    await page.getByRole("button", { name: "Run", exact: true }).click();
    const { id } = await (await posted).json();
    await result.locator(`.gallery [data-key^="${id}"] img`).waitFor();
  }

  const strip = page.getByRole("list", { name: "Last results" }).getByRole("button");
  const shown = () => result.locator(".gallery li").first().getAttribute("data-key");
  const newest = await shown();
  await strip.nth(1).click();
  await eventually(page, (key) => document.querySelector(".result .gallery li")?.dataset.key !== key, newest);
  await strip.nth(0).click();
  await result.getByRole("link", { name: "Compare with the one before" }).waitFor();
  await becomes(shown, newest);
});

test("a run is followed while it works: its place in the queue, its progress, pictures of work in progress", async (t) => {
  await saveWorkflows();
  const slow = await Promise.all(Array.from({ length: 8 }, () => start("console-slow")));
  const release = () => Promise.all(slow.map((id) => call("POST", `runs/${id}/cancel`, {})));
  t.after(() => release().catch(() => undefined));
  const page = await browser.page("workflows/form-kinds");
  // So many steps of so large a picture last until it is canceled.
  await field(page, "sampler", "steps").fill("9000");
  await field(page, "size", "width").fill("1024");
  await field(page, "size", "height").fill("1024");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const result = page.getByRole("region", { name: "Result" });
  await result.getByText(/before it in the queue|Next in the queue/).waitFor();
  await shot(page, "workflow-queued");
  await release();
  await result.getByText(/step \d+ of 9000/).waitFor();
  await result.locator(".work > img[src^='data:image/']").waitFor();
  assert.deepEqual(await accessFaults(page), []);
  await result.getByRole("button", { name: "Cancel as curl" }).click();
  assert.match(await page.getByRole("region", { name: "curl" }).innerText(), /-X POST .*\/runs\/\w+\/cancel/);
  await page.keyboard.press("Escape");
  await result.getByRole("button", { name: "Cancel", exact: true }).click();
  await result.getByText("canceled").waitFor();
  assert.deepEqual(page.failures, []);
});

test("values stay when the page is left, and when it is loaded anew; files too", async () => {
  const page = await browser.page("workflows/form-photo");
  await page.getByLabel("Files for photo image").setInputFiles({ name: "kept.png", mimeType: RED.type, buffer: RED.body });
  await page.getByText("kept.png").waitFor();
  await field(page, "scale", "scale_by").fill("3");
  await page.getByRole("link", { name: "Runs", exact: true }).first().click();
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  await page.goBack();
  await page.getByText("kept.png").waitFor();
  await hasValue(page, field(page, "scale", "scale_by"), "3");
  await page.reload();
  await page.getByText("kept.png").waitFor();
  await hasValue(page, field(page, "scale", "scale_by"), "3");
  await page.getByRole("button", { name: "Reset scale scale_by" }).click();
  await hasValue(page, field(page, "scale", "scale_by"), "2");
});

test("what the server finds wrong stands at its field, and goes when the value is another", async () => {
  const page = await browser.page("workflows/form-kinds");
  await page.getByRole("tab", { name: "JSON" }).click();
  await page.getByLabel("Body of the call").fill('{"sampler":{"sampler_name":"nonsense","steps":3},"positive":{"text":5}}');
  await page.getByRole("tab", { name: "Form" }).click();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const choice = field(page, "sampler", "sampler_name");
  await eventually(page, () => document.querySelectorAll(".inputs [aria-invalid=true]").length === 2);
  const told = page.getByRole("region", { name: "positive", exact: true }).locator(".faults");
  assert.match(await told.innerText(), /string is expected/i);
  assert.equal(await choice.getAttribute("aria-invalid"), "true");
  await shot(page, "workflow-faults");
  assert.deepEqual(await accessFaults(page), []);
  await field(page, "positive", "text").fill("a lake");
  await told.waitFor({ state: "detached" });
});

test("whole numbers are exact up to 2^64, in the form, in JSON, and in what is sent", async () => {
  const page = await browser.page("workflows/form-kinds");
  await field(page, "sampler", "seed").fill(BIG);
  await page.getByRole("tab", { name: "JSON" }).click();
  const json = page.getByLabel("Body of the call");
  assert.match(await json.inputValue(), new RegExp(`"seed": ${BIG}`));
  await json.fill(`{"sampler":{"seed":18446744073709551614}}`);
  await page.getByRole("tab", { name: "Form" }).click();
  await hasValue(page, field(page, "sampler", "seed"), "18446744073709551614");
  const sent = bodyOfNext(page, "/workflows/form-kinds");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  assert.match(await sent, /"seed":18446744073709551614/);
  await page.getByText("It would run").waitFor();
});

test("seeds are drawn unless they are said; dice say one that stays, and saved is the workflow's own", async () => {
  const page = await browser.page("workflows/form-kinds");
  const seed = field(page, "sampler", "seed");
  const sent = async () => {
    const body = bodyOfNext(page, "/workflows/form-kinds");
    await page.getByRole("button", { name: "Check", exact: true }).click();
    return JSON.parse(await body).sampler?.seed;
  };
  assert.equal(await sent(), undefined);
  await page.getByText("Seeds drawn").waitFor();
  await page.getByRole("button", { name: "Throw dice for seed" }).click();
  await eventually(page, () => /^\d+$/.test(document.querySelector(".seed input").value));
  const drawn = await seed.inputValue();
  assert.equal(String(await sent()), drawn);
  await page.getByRole("button", { name: "saved", exact: true }).click();
  assert.equal(await sent(), "saved");
  await page.getByRole("button", { name: "draw", exact: true }).click();
  assert.equal(await sent(), undefined);
});

test("a choice among many is found by typing, with the keyboard alone", async () => {
  const page = await browser.page("workflows/form-kinds");
  const choice = field(page, "sampler", "sampler_name");
  await choice.click();
  await page.keyboard.type("sde");
  const options = page.getByRole("listbox").getByRole("option");
  await options.filter({ hasText: "dpmpp_2m_sde" }).waitFor();
  await options.filter({ hasText: "euler" }).first().waitFor({ state: "detached" });
  assert.equal(await options.filter({ hasNotText: "sde" }).count(), 0);
  assert.deepEqual(await accessFaults(page), []);
  await page.keyboard.press("ArrowDown");
  const at = await page.getByRole("listbox").getByRole("option", { selected: true }).innerText();
  await page.keyboard.press("Enter");
  await hasValue(page, choice, at);
});

test("a tag is bypassed by its switch; Check says what a call would change, and what is wrong with that", async () => {
  const page = await browser.page("workflows/form-photo");
  await page.getByLabel("Files for photo image").setInputFiles({ name: RED.name, mimeType: RED.type, buffer: RED.body });
  await page.getByText("red.png").waitFor();
  await page.getByRole("switch", { name: "invert takes part" }).click();
  const sent = bodyOfNext(page, "/workflows/form-photo");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  assert.equal(JSON.parse(await sent).invert, false);
  await page.getByText("It would run").waitFor();
  await page.getByText("Left out:").waitFor();
  await shot(page, "workflow-check");
});

test("?from= fills the form with a run's values, and says which files are to be chosen again", async () => {
  const made = await run("form-colour", { blank: { color: 4711 } });
  const page = await browser.page(`workflows/form-colour/run?from=${made.id}`);
  await hasValue(page, field(page, "blank", "color"), "4711");
  await page.waitForURL((u) => u.search === "");
  const sent = bodyOfNext(page, "/workflows/form-colour");
  await field(page, "blank", "width").fill("48");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  assert.deepEqual(JSON.parse(await sent), { blank: { color: 4711, width: 48 } });

  const photo = await run("form-photo", {
    photo: { image: `data:image/png;base64,${RED.body.toString("base64")}` },
    scale: { scale_by: 1.25 },
  });
  const other = await browser.page(`workflows/form-photo/run?from=${photo.id}`);
  await other.getByText("photo.image").waitFor();
  await hasValue(other, field(other, "scale", "scale_by"), "1.25");
});

test("code has the values that the form has; options of the call are in its query", async () => {
  const page = await browser.page("workflows/form-colour");
  await page.getByText("Options of the call").click();
  await page.getByLabel("Priority").fill("7");
  const checked = page.waitForRequest((r) => r.url().includes("validateOnly=true"));
  await page.getByRole("button", { name: "Check", exact: true }).click();
  assert.equal(new URL((await checked).url()).searchParams.get("priority"), "7");
  await page.getByLabel("Priority").fill("a lot");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.locator(".options [aria-invalid=true]").waitFor();
  await page.getByLabel("Priority").fill("7");
  await field(page, "blank", "color").fill("99");
  await page.getByRole("tab", { name: "Code" }).click();
  const curl = page.getByRole("region", { name: "curl", exact: true });
  await curl.getByText('{"blank":{"color":99}}').waitFor();
  await curl.getByText("priority=7").waitFor();
});

test("versions: what differs between two, an alias promoted, rolled back and removed", async () => {
  const name = `versions-${SUITE}`;
  await saveForm(name, COLOUR);
  const other = structuredClone(COLOUR);
  other[5].inputs.color = 77;
  await saveForm(name, other);
  const page = await browser.page(`workflows/${name}/versions`);
  await page.getByText("blank.color as saved").waitFor();
  await page.getByText("node 5 color").waitFor();
  await page.getByRole("button", { name: "New alias" }).click();
  await page.getByLabel("Version for production").selectOption("1");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("production is v1").waitFor();
  await page.getByLabel("Version for production").selectOption("2");
  await page.getByRole("button", { name: "Promote", exact: true }).click();
  await page.getByText("production is v2").waitFor();
  await shot(page, "workflow-versions");
  assert.deepEqual(await accessFaults(page), []);
  for (const [label, call] of [["Roll back", `-X POST .*/aliases/production/rollback`], ["Remove", `-X DELETE .*/aliases/production`]]) {
    await page.getByRole("button", { name: `${label} as curl` }).click();
    assert.match(await page.getByRole("region", { name: "curl" }).innerText(), new RegExp(call));
    await page.keyboard.press("Escape");
  }

  await page.getByRole("button", { name: "Roll back", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Roll back" }).click();
  await page.getByText("production is v1").waitFor();
  assert.equal((await call("GET", `workflows/${name}`)).aliases.production, 1);
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("None yet.").waitFor();
  assert.deepEqual((await call("GET", `workflows/${name}`)).aliases, {});
  await gone(name);
});

test("an alias that would break callers is refused, and moved when that is meant", async () => {
  const name = `alias-${SUITE}`;
  await saveForm(name, COLOUR);
  const less = structuredClone(COLOUR);
  less[5]._meta.title = "Blank [blank:color]";
  await saveForm(name, less);
  await call("PUT", `workflows/${name}/aliases/staging`, { version: 1 });
  const page = await browser.page(`workflows/${name}/versions`);
  await page.getByLabel("Version for staging").selectOption("2");
  await page.getByRole("button", { name: "Promote", exact: true }).click();
  await page.getByRole("alert").getByText("width").first().waitFor();
  assert.equal((await call("GET", `workflows/${name}`)).aliases.staging, 1);
  await page.getByRole("button", { name: "Let staging be v2 all the same", exact: true }).click();
  await page.getByText("staging is v2").waitFor();
  await gone(name);
});

test("markup in tags, titles, values and names of files is text", async () => {
  await saveForm("form-marked", MARKED);
  await run("form-marked");
  const page = await browser.page("workflows/form-marked");
  await field(page, "<b>bold</b>", "color").waitFor();
  assert.equal(await field(page, "words", "text").inputValue(), MARKUP);
  await page.getByRole("region", { name: "Result" }).locator(".gallery").waitFor();
  await page.goto(`${page.url().replace(/\?.*/, "")}/details`);
  await page.getByText("<b>bold</b>").first().waitFor();
  await drop(page, "main", { name: `${MARKUP.replaceAll("/", "")}.json`, type: "application/json", body: JSON.stringify(MARKED) });
  await page.getByRole("dialog").getByText("<b>bold").first().waitFor();
  const photo = await browser.page("workflows/form-photo");
  await photo
    .getByLabel("Files for photo image")
    .setInputFiles({ name: "<img src=x onerror=window.hacked=1>.png", mimeType: RED.type, buffer: RED.body });
  await photo.getByText("<img src=x").first().waitFor();
  for (const one of [page, photo]) {
    assert.equal(await one.evaluate(() => window.hacked), undefined);
    assert.equal(await one.locator("b", { hasText: /^bold$/ }).count(), 0);
    assert.deepEqual(one.failures, []);
  }
});

test("a form of 500 inputs is there, and a key typed in it draws no other field", async () => {
  await saveForm("form-many", manyInputs(125));
  const page = await browser.page("workflows/form-many");
  await page.getByLabel("Find an input").waitFor();
  const inputs = await page.locator(".input").count();
  assert.ok(inputs >= 500);
  const colour = field(page, "blank 7", "color");
  await colour.fill("1");

  // What is asked of every field is whether its value is another: some calls. Drawing it takes ten times as many.
  const calls = await callsOf(page, () => colour.fill("2"));
  assert.ok(calls < 20 * inputs, `A key takes ${calls} calls of functions.`);
  await page.getByLabel("Find an input").fill("blank 77");
  await field(page, "blank 77", "color").waitFor();
  await becomes(() => page.locator(".group").count(), 1);
});

for (const scheme of ["dark", "light"]) {
  test(`the pages are accessible in ${scheme} colours, and as wide as a phone`, async () => {
    for (const [path, name] of [
      ["workflows", "workflows"],
      ["workflows/form-kinds", "form"],
      ["workflows/form-photo/details", "details"],
      ["workflows/form-kinds/batch", "batch"],
      ["workflows/form-colour/versions", "versions"],
    ]) {
      const page = await browser.page(path, { scheme });
      await page.locator("h1").waitFor();
      await eventually(page, () => document.querySelector(".loading") === null && document.querySelector(".page") !== null);
      await shot(page, `${name}-${scheme}`, { isWhole: true });
      assert.deepEqual(await accessFaults(page), [], path);
      await page.setViewportSize({ width: 360, height: 740 });
      await eventually(page, () => innerWidth === 360);
      assert.ok((await overflow(page)) <= 0, `${path} is ${await overflow(page)} px too wide`);
      await shot(page, `${name}-${scheme}-360`, { isWhole: true });
      await page.close();
    }
  });
}
