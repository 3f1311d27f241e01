// What stands around every page.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessFaults, open, overflow, shot } from "../support/browser.mjs";

const PAGES = ["runs", "workflows", "batches", "pool", "hosts", "webhooks", "keys", "usage", "settings"];

let browser;
before(async () => {
  browser = await open();
});
afterEach(() => browser.closePages());
after(() => browser.close());

test("it opens with the runs, and leads to every page", async () => {
  const page = await browser.page();
  await page.waitForURL(/\/console\/runs$/);
  for (const name of PAGES) {
    await page.locator(`nav a[href="${name}"]`).click();
    await page.waitForURL(new RegExp(`/console/${name}$`));
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator(`nav a[href="${name}"][aria-current=page]`).waitFor();
    assert.equal(await page.locator("nav [aria-current=page]").count(), 1);
  }

  assert.match(await page.title(), /^Settings · ComfyFunc$/);
  assert.deepEqual(page.failures, []);
});

test("each page is there at its own address, also after it is loaded anew", async () => {
  for (const name of PAGES) {
    const page = await browser.page(name);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: new RegExp(`^${name}$`, "i") }).waitFor();
    assert.deepEqual(page.failures, []);
    await page.close();
  }
});

test("what is no page says so, and leads back", async () => {
  const page = await browser.page("nowhere/at/all");
  await page.getByRole("heading", { name: "Not found" }).waitFor();
  await page.getByRole("link", { name: "To the runs" }).click();
  await page.waitForURL(/\/console\/runs$/);
});

for (const scheme of ["dark", "light"]) {
  test(`no page has serious faults for who does not see or has no mouse, nor is too wide, in ${scheme}`, async () => {
    for (const name of PAGES) {
      const page = await browser.page(name, { scheme });
      await page.getByRole("heading", { level: 1 }).waitFor();
      assert.deepEqual(await accessFaults(page), [], name);
      await shot(page, `${name}-${scheme}`);
      await page.setViewportSize({ width: 360, height: 740 });
      assert.ok((await overflow(page)) <= 0, `${name} is ${await overflow(page)} px too wide at 360 px`);
      assert.deepEqual(await accessFaults(page), [], `${name} at 360 px`);
      await shot(page, `${name}-${scheme}-360`);
      assert.deepEqual(page.failures, []);
      await page.close();
    }
  });
}

test("where there is little room the navigation folds", async () => {
  const page = await browser.page("runs", { width: 360, height: 740 });
  const link = page.locator('nav a[href="settings"]');
  await page.getByRole("button", { name: "Navigation" }).click();
  await shot(page, "navigation-360");
  assert.deepEqual(await accessFaults(page), []);
  await link.click();
  await page.waitForURL(/\/console\/settings$/);
  assert.equal(await link.isVisible(), false);
});

test("colours are the system’s, or dark, or light, and stay so", async () => {
  const page = await browser.page("settings", { scheme: "light" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole("button", { name: "System colours" }).click();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  await page.getByRole("button", { name: "Dark" }).click();
  assert.equal(await ground(), light);
  await page.getByRole("button", { name: "Light" }).click();
  await page.emulateMedia({ colorScheme: "dark" });
  assert.equal(await ground(), dark);
});

test("two keys lead to a page, and one shows all keys", async () => {
  const page = await browser.page("runs");
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("h");
  await page.waitForURL(/\/console\/hosts$/);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys of the keyboard" });
  await help.getByText("go to Settings").waitFor();
  assert.deepEqual(await accessFaults(page), []);
  await shot(page, "keys");
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
});

test("back and forth go through what was looked at", async () => {
  const page = await browser.page("runs?status=failed");
  await page.getByRole("button", { name: "failed", pressed: true }).waitFor();
  await page.locator('nav a[href="usage"]').click();
  await page.getByRole("heading", { name: "Usage" }).waitFor();
  await page.goBack();
  await page.getByRole("button", { name: "failed", pressed: true }).waitFor();
  await page.goForward();
  await page.getByRole("heading", { name: "Usage" }).waitFor();
});

test("a server that does not answer is told, and asked again", async () => {
  const page = await browser.page("runs", { before: (p) => p.route("**/api/me", (route) => route.abort()) });
  await page.getByText("The server does not answer.").waitFor();
  await page.unroute("**/api/me");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "Runs" }).waitFor();
});
