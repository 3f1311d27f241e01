// The page of a run.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { call, ended, MARKUP, run, saveMarkup, saveWorkflows, start } from "../support/api.mjs";
import { accessFaults, becomes, CONSOLE, open, overflow, shot } from "../support/browser.mjs";

let browser;
before(async () => {
  await saveWorkflows();
  await saveMarkup();
  browser = await open();
});
afterEach(() => browser.closePages());
after(() => browser.close());

const panel = (page, name) => page.locator("section.panel").filter({ has: page.getByRole("heading", { name, exact: true }) });

test("an ended run shows what it was called with, what it made, where its time went, and the call as code", async () => {
  const made = await run("console-picture", { blank: { color: 41 }, metadata: { order: 17 } });
  const page = await browser.page(`runs/${made.id}`);
  await panel(page, "Outputs").locator("img").waitFor();
  const called = await panel(page, "Called with").textContent();
  assert.ok(called.includes("color") && called.includes("41") && called.includes("17"), called);
  const time = await panel(page, "Where the time went").textContent();
  assert.ok(time.includes("Attempt 1") && time.includes(made.host) && time.includes("Execution"), time);
  const about = await panel(page, "About").textContent();
  assert.ok(about.includes(made.id), about);

  const code = panel(page, "As code");
  assert.match(
    await code.locator("pre").first().textContent(),
    /^curl -X POST \S+api\/workflows\/console-picture\/versions\/1 [\s\S]*"color":41/,
  );
  await code.getByRole("tab", { name: "curl" }).press("ArrowRight");
  assert.match(await code.locator("pre").first().textContent(), /RunAsync\("console-picture", new \{ blank = new \{ color = 41 \}/);
  await code.getByRole("tab", { name: "TypeScript" }).click();
  assert.match(await code.locator("pre").first().textContent(), /comfy\.run\("console-picture", \{ blank: \{ color: 41 \}/);
  await code.getByRole("tab", { name: "Python" }).click();
  assert.match(await code.locator("pre").first().textContent(), /json\.dumps\(\{ "blank": \{ "color": 41 \}/);

  await page.reload();
  await panel(page, "Outputs").locator("img").waitFor();
  assert.equal(await code.getByRole("tab", { name: "Python" }).getAttribute("aria-selected"), "true");
  assert.deepEqual(page.failures, []);
});

test("its time is told in the parts that its metrics have, and they fill the lane", async () => {
  const made = await run("console-picture", { blank: { color: 42 } });
  const page = await browser.page(`runs/${made.id}`);
  await page.locator(".phases").waitFor();
  const shown = await page
    .locator(".phases li")
    .evaluateAll((all) => Object.fromEntries(all.map((li) => [li.firstElementChild.className, li.textContent])));
  const inMs = (text) => Number(/([\d.]+) m?s/.exec(text)[1]) * (/ ms/.test(text) ? 1 : 1000);
  const { totalMs, loadMs, ...parts } = made.metrics;
  assert.ok(totalMs > 0 && Object.keys(parts).length > 3);
  for (const [name, ms] of Object.entries({ ...parts, loadMs: loadMs ?? 0 })) {
    const text = shown[`swatch ${name.replace(/Ms$/, "")}`];
    assert.ok(
      ms <= 2 ? true : text !== undefined && Math.abs(inMs(text) - ms) <= Math.max(2, ms / 100),
      `${name} is ${ms} ms, and shown is ${text}`,
    );
  }

  const edges = await page
    .locator(".lane:first-child .stretch")
    .evaluateAll((all) => all.map((e) => [parseFloat(e.style.left), parseFloat(e.style.width)]));
  const [left, width] = edges.at(-1);
  assert.equal(edges[0][0], 0);
  assert.ok(Math.abs(left + width - 100) < 0.6, `The last part ends at ${left + width} %.`);
});

test("a run that goes on is followed to its end: its node, its steps, its outputs", async () => {
  const id = await start("console-slow", { work: { seconds: 30, steps: 20 } });
  const page = await browser.page(`runs/${id}`);
  const progress = page.getByRole("region", { name: "Progress" });
  await progress.getByText("Work slowly").waitFor();
  await progress.getByText(/step \d+ of 20/).waitFor();
  await shot(page, "run-live");
  assert.deepEqual(await accessFaults(page), []);
  await page.getByRole("heading", { level: 1 }).getByText("succeeded").waitFor({ timeout: 90_000 });
  await panel(page, "Outputs").locator("img").waitFor();
  await progress.waitFor({ state: "detached" });
  assert.match(await panel(page, "Where the time went").textContent(), /Work slowly/);
});

test("what did not go well says why, where, and what to do", async () => {
  const failed = await run("console-failing", { breaker: { message: "shapes do not fit" } });
  const page = await browser.page(`runs/${failed.id}`, { scheme: "light" });
  const error = page.getByRole("region", { name: "Error" });
  await error.getByText(/Break\b/).waitFor();
  const text = await error.textContent();
  for (const part of ["node_failed", "Break", "SimFail", "breaker", "shapes do not fit", "What to do"]) {
    assert.ok(text.includes(part), `${part} is not in: ${text}`);
  }

  assert.match(await panel(page, "Called with").locator(".is-wrong").textContent(), /breaker/);
  await error.getByRole("button", { name: "Copy all of it" }).click();
  await error.getByText("Copied").waitFor();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.equal(copied.error.code, "node_failed");
  assert.equal(copied.run, failed.id);
  assert.deepEqual(await accessFaults(page), []);
  await shot(page, "run-failed-light", { isWhole: true });
});

test("it is canceled when that is confirmed", async () => {
  const id = await start("console-slow", {});
  const page = await browser.page(`runs/${id}`);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("heading", { level: 1 }).getByText("canceled").waitFor();
  assert.equal((await ended(id)).status, "canceled");
});

test("it is run again, as a run of its own that says of which it is", async () => {
  const made = await run("console-picture", { blank: { color: 43 } });
  const page = await browser.page(`runs/${made.id}`);
  await page.getByRole("button", { name: "Run again as curl" }).click();
  assert.ok((await page.getByRole("dialog").textContent()).includes(`api/runs/${made.id}/retry`));
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Run again", exact: true }).click();
  await page.waitForURL((url) => /runs\/01/.test(url.pathname) && !url.pathname.endsWith(made.id));
  await panel(page, "About").getByText("Retry of").waitFor();
  await page.getByRole("heading", { level: 1 }).getByText("succeeded").waitFor();
});

test("edit and run leads to the workflow’s form with this run’s values", async () => {
  const made = await run("console-picture", { blank: { color: 44 } });
  const page = await browser.page(`runs/${made.id}`);
  await page.getByRole("link", { name: "Edit and run" }).click();
  await page.waitForURL(
    (url) => url.pathname.endsWith("/console/workflows/console-picture/run") && url.searchParams.get("from") === made.id,
  );
});

test("it is deleted when that is confirmed, and is not there any more", async () => {
  const made = await run("console-picture", { blank: { color: 45 } });
  const page = await browser.page(`runs/${made.id}`);
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.waitForURL(/console\/runs$/);
  await assert.rejects(call("GET", `runs/${made.id}`), /404/);
  await page.goto(new URL(`runs/${made.id}`, CONSOLE).href);
  await page.getByText("There is no such run.").waitFor();
});

test("outputs of every kind are shown, and a viewer comes only when a model is to be seen", async () => {
  const made = await run("console-everything");
  const asked = [];
  const page = await browser.page(`runs/${made.id}`, { before: (p) => void p.on("request", (r) => asked.push(r.url())) });
  const outputs = panel(page, "Outputs");
  await outputs.locator("audio").waitFor();
  await outputs.getByText("The sea is calm.").waitFor();
  assert.equal(
    asked.some((url) => /viewer|lightbox/.test(url)),
    false,
  );
  assert.deepEqual(await accessFaults(page), []);

  await outputs.getByRole("button", { name: "Show the model" }).click();
  await outputs.locator("canvas").waitFor();
  await shot(page, "run-outputs", { isWhole: true });

  await outputs.getByRole("button", { name: /^Open picture/ }).click();
  const box = page.locator(".pswp");
  await box.locator("img").first().waitFor();
  await box.getByText(/picture.*96×64/).waitFor();
  await shot(page, "lightbox");
  await page.keyboard.press("Escape");
  await box.waitFor({ state: "detached" });
  assert.deepEqual(page.failures, []);
});

test("a film is played in its place and in the lightbox; a picture that is gone says so", async () => {
  const made = await run("console-picture", { blank: { color: 47 } });
  const [picture] = made.outputs.picture;
  const film = { type: "video", name: "film.webm", contentType: "video/webm", bytes: 900, width: 64, height: 36, url: "/console/film.webm" };
  const page = await browser.page(`runs/${made.id}`, {
    before: (p) =>
      p.route(`**/api/runs/${made.id}`, (route) =>
        route.fulfill({ json: { ...made, outputs: { film: [film], picture: [{ ...picture, url: "/api/files/gone", thumbnailUrl: undefined }] } } }),
      ),
  });
  const outputs = panel(page, "Outputs");
  await outputs.locator("video[controls]").waitFor();
  await outputs.locator(".broken").waitFor();
  assert.deepEqual(await accessFaults(page), []);
  await outputs.getByRole("button", { name: /^Open/ }).click();
  const box = page.locator(".pswp");
  await box.getByText("2 / 2").waitFor();
  await page.keyboard.press("ArrowLeft");
  await box.locator("video[controls]").waitFor();
  await box.getByText(/film\.webm.*64×36/).waitFor();
  assert.deepEqual(await accessFaults(page), []);
  await shot(page, "lightbox-film");
});

test("a download has the file’s bytes", async () => {
  const made = await run("console-picture", { blank: { color: 46 } });
  const page = await browser.page(`runs/${made.id}`);
  const coming = page.waitForEvent("download");
  await panel(page, "Outputs")
    .getByRole("link", { name: /^Download/ })
    .click();
  const download = await coming;
  assert.equal(download.suggestedFilename(), made.outputs.picture[0].name);
});

test("two outputs are compared, also of two runs, and what differs in the calls is told", async () => {
  const [a, b] = [await run("console-picture", { blank: { color: 51 } }), await run("console-picture", { blank: { color: 16711680 } })];
  const page = await browser.page(`runs/${a.id}`);
  await page.getByRole("button", { name: /^Compare/ }).click();
  await page.getByRole("link", { name: "To the runs" }).click();
  await page.locator(`[data-key="${b.id}"] .row-link`).click();
  await page.getByRole("button", { name: /^Compare/ }).click();
  await page.waitForURL(
    (url) =>
      url.pathname.endsWith("runs/compare") && url.searchParams.get("a").startsWith(a.id) && url.searchParams.get("b").startsWith(b.id),
  );
  await page.locator(".compare-beside img").nth(1).waitFor();
  const table = page.getByRole("table");
  assert.match(await table.textContent(), /blank\.color5116711680/);
  assert.deepEqual(await accessFaults(page), []);
  await shot(page, "compare");
  await page.getByRole("button", { name: "Wipe" }).click();
  await page.waitForURL(/mode=wipe/);
  await page.reload();
  const slider = page.getByRole("slider");
  await slider.focus();
  await page.keyboard.press("Home");
  assert.match(
    await page
      .locator(".compare-over img")
      .nth(1)
      .evaluate((e) => e.style.clipPath),
    /inset\(0(px|%)? 0(px|%)? 0(px|%)? 0(px|%)?\)|inset\(0px\)|inset\(0px 0px 0px 0%\)/,
  );
  await page.getByRole("button", { name: "Difference" }).click();
  await page.locator(".difference img").nth(1).waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  assert.ok((await overflow(page)) <= 0);
  assert.deepEqual(page.failures, []);
});

test("a seed beyond what JavaScript counts exactly is shown and sent as it is", async () => {
  await call("PUT", "workflows/console-seed", {
    5: { class_type: "EmptyLatentImage", inputs: { width: 64, height: 64, batch_size: 1 } },
    4: { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "dreamshaper_8.safetensors" } },
    6: { class_type: "CLIPTextEncode", inputs: { text: "a", clip: ["4", 1] } },
    3: {
      class_type: "KSampler",
      inputs: {
        seed: 1,
        steps: 1,
        cfg: 1,
        sampler_name: "euler",
        scheduler: "normal",
        denoise: 1,
        model: ["4", 0],
        positive: ["6", 0],
        negative: ["6", 0],
        latent_image: ["5", 0],
      },
      _meta: { title: "Sample [sampler:seed]" },
    },
    8: { class_type: "VAEDecode", inputs: { samples: ["3", 0], vae: ["4", 2] } },
    9: { class_type: "SaveImage", inputs: { images: ["8", 0], filename_prefix: "seed" }, _meta: { title: "Save [picture]" } },
  });
  const response = await fetch(new URL("workflows/console-seed", (await import("../support/browser.mjs")).API), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: `{"sampler":{"seed":18446744073709551557}}`,
  });
  const { id } = await response.json();
  await ended(id);
  const page = await browser.page(`runs/${id}`);
  await panel(page, "Called with").getByText("18446744073709551557").first().waitFor();
  assert.match(await panel(page, "As code").locator("pre").first().textContent(), /18446744073709551557/);
});

test("markup in titles, tags, file names, metadata and errors is text", async () => {
  const page = await browser.page("runs");
  for (const values of [{ break: { message: MARKUP, exception_type: MARKUP }, metadata: { [MARKUP]: MARKUP } }]) {
    const failed = await run("console-markup", values);
    await page.goto(new URL(`runs/${failed.id}`, CONSOLE).href);
    const error = page.getByRole("region", { name: "Error" });
    await error.getByText("node_failed").waitFor();
    assert.ok((await error.locator("pre").textContent()).includes(MARKUP));
    await error.locator(".node-name").getByText(MARKUP).waitFor();
    assert.ok((await panel(page, "Called with").textContent()).split(MARKUP).length > 3);
    await page.locator("summary", { hasText: "The run as JSON" }).click();
    assert.equal(await page.locator("main b, main script, main img[src=x]").count(), 0);
  }

  await call("PUT", "workflows/console-markup-text", {
    7: { class_type: "SimText", inputs: { text: MARKUP }, _meta: { title: "Caption [<b>caption</b>:text]" } },
    5: { class_type: "EmptyImage", inputs: { width: 32, height: 32, batch_size: 1, color: 7 } },
    6: {
      class_type: "SaveImage",
      inputs: { images: ["5", 0], filename_prefix: "a_<b>bold<b>" },
      _meta: { title: "Save [<b>tag</b>]" },
    },
  });
  const made = await run("console-markup-text");
  await page.goto(new URL(`runs/${made.id}`, CONSOLE).href);
  const outputs = panel(page, "Outputs");
  await outputs.getByText(MARKUP).first().waitFor();
  await outputs.locator("button.words").click();
  await page.locator(".pswp .slide pre").getByText(MARKUP).waitFor();
  assert.equal(await page.locator("main b, main script, .pswp b, .pswp script, img[src=x]").count(), 0);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.deepEqual(page.failures, []);
});

test("the page of a run is good to use where there is little room, in both colours", async () => {
  const made = await run("console-everything");
  const failed = await run("console-failing");
  for (const [id, name] of [
    [made.id, "run"],
    [failed.id, "run-failed"],
  ]) {
    for (const scheme of ["dark", "light"]) {
      const page = await browser.page(`runs/${id}`, { width: 360, height: 740, scheme });
      await page.locator(".waterfall").waitFor();
      assert.ok((await overflow(page)) <= 0, `${name} is too wide.`);
      assert.deepEqual(await accessFaults(page), []);
      await shot(page, `${name}-${scheme}-360`, { isWhole: true });
      await page.setViewportSize({ width: 1360, height: 860 });
      await shot(page, `${name}-${scheme}`, { isWhole: true });
      await page.close();
    }
  }
});
