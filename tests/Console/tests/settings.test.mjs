// Settings: in force, set ones first, found by a word, and no secret among them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessFaults, API, becomes, open, overflow, shot } from "../support/browser.mjs";
import { answering, isHit, MARKUP } from "../support/samples.mjs";
import { ask } from "../support/server.mjs";

const setting = (name, value, more = {}) => ({ name, value, default: null, secret: false, isSet: value !== null, source: value === null ? "default" : "environment", ...more });
const SOME = [
  setting("ComfyFunc:MaxQueued", "10000", { default: "10000", isSet: false, source: "default" }),
  setting("ComfyFunc:Retention", "14.00:00:00", { default: "7.00:00:00" }),
  setting("ComfyFunc:SecretsKey", null, { secret: true, isSet: true, source: "environment" }),
  setting("ComfyFunc:EventGrid:Key", null, { secret: true }),
  setting("ComfyFunc:PublicUrl", null),
];

let browser;
before(async () => {
  browser = await open();
});
after(() => browser.close());

test("what is set comes first, with where it is set and what would be; of a secret only that it is set", async () => {
  const page = await browser.page("settings", { before: answering("**/api/settings", { settings: SOME }) });
  const rows = page.locator("main tbody tr");
  await rows.first().waitFor();
  const texts = (await rows.allInnerTexts()).map((t) => t.replace(/\s+/g, " ").trim());
  assert.deepEqual(texts, [
    "ComfyFunc:Retention 14.00:00:00 7.00:00:00 environment",
    "ComfyFunc:SecretsKey secret, not shown none environment",
    "ComfyFunc:MaxQueued 10000",
    "ComfyFunc:EventGrid:Key secret, none",
    "ComfyFunc:PublicUrl none",
  ]);
  await page.close();
});

test("settings of the server are found by name, value and source, and the search stays in the address", async () => {
  const { settings } = (await ask(API, "GET", "settings")).body;
  const page = await browser.page("settings");
  const rows = page.locator("main tbody tr");
  await rows.first().waitFor();
  await becomes(() => rows.count(), settings.length);
  await page.getByLabel("Search settings").fill("health:");
  await page.waitForURL(/q=health/);
  await becomes(() => rows.count(), settings.filter((s) => s.name.includes("Health:")).length);
  await page.reload();
  await rows.first().waitFor();
  assert.equal(await page.getByLabel("Search settings").inputValue(), "health:");
  for (const word of ["true", "environment"]) {
    await page.getByLabel("Search settings").fill(word);
    const like = (s) => [s.name, s.value ?? "", s.source].some((text) => text.toLowerCase().includes(word));
    await becomes(() => rows.count(), settings.filter(like).length);
  }

  await page.getByLabel("Search settings").fill("");
  await page.getByRole("button", { name: /^set / }).click();
  await becomes(() => rows.count(), settings.filter((s) => s.isSet).length);
  await page.getByLabel("Search settings").fill("there is no such setting");
  await page.getByText("No setting is like that.").waitFor();
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("markup in settings stays text", async () => {
  const page = await browser.page("settings", {
    before: answering("**/api/settings", { settings: [setting(MARKUP, MARKUP, { default: MARKUP, source: MARKUP })] }),
  });
  await page.getByText(MARKUP).first().waitFor();
  assert.equal(await isHit(page), false);
  await page.close();
});

for (const scheme of ["dark", "light"]) {
  test(`settings can be used by everybody, and on a telephone, in ${scheme}`, async () => {
    const page = await browser.page("settings", { scheme, before: answering("**/api/settings", { settings: [...SOME, setting("ComfyFunc:Cors:Origins:0", `https://${"long-".repeat(30)}.example`)] }) });
    await page.locator("main tbody tr").first().waitFor();
    assert.deepEqual(await accessFaults(page), []);
    await shot(page, `settings-${scheme}`, { isWhole: true });
    await page.setViewportSize({ width: 360, height: 740 });
    assert.ok((await overflow(page)) <= 0, "Settings are wider than 360 px");
    assert.deepEqual(await accessFaults(page), []);
    await shot(page, `settings-${scheme}-360`, { isWhole: true });
    await page.close();
  });
}
