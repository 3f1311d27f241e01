// Who may do what. The server's word on the caller is stood in for, so that each role can be had of any server.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { run, saveWorkflows } from "../support/api.mjs";
import { accessFaults, CONSOLE, eventually, open, overflow, shot } from "../support/browser.mjs";

const KEY = "cf_the-key-of-somebody";

let browser;
before(async () => {
  await saveWorkflows();
  browser = await open();
});
afterEach(() => browser.closePages());
after(() => browser.close());

/** A server where this key is somebody of this role, and nobody comes in without one. */
const withRole =
  (role, more = {}) =>
  (page) =>
    page.route("**/api/me", (route) =>
      route.request().headers()["x-api-key"] === KEY
        ? route.fulfill({
            json: { client: "shop", role, workflows: null, hosts: null, keysRequired: true, version: "1.2.3", ...more },
          })
        : route.fulfill({
            status: 401,
            contentType: "application/problem+json",
            body: JSON.stringify({ title: "The caller is not known.", status: 401, code: "unauthorized", detail: "Send a key." }),
          }),
    );

const signIn = async (page, key) => {
  await page.getByLabel("Key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
};

test("without a key it asks for one, refuses a wrong one with the server’s word, and lets the right one in", async () => {
  const page = await browser.page("runs?status=failed", { before: withRole("admin") });
  await page.getByLabel("Key").waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  assert.deepEqual(await accessFaults(page), []);
  await shot(page, "sign-in");
  await signIn(page, "cf_wrong");
  await page.getByRole("alert").getByText("The caller is not known.").waitFor();
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), [], "A wrong key is not kept.");
  await page.setViewportSize({ width: 360, height: 740 });
  assert.ok((await overflow(page)) <= 0);
  await shot(page, "sign-in-360");
  await signIn(page, KEY);
  await page.getByRole("button", { name: "failed", pressed: true }).waitFor();
});

test("the key is in the session of the tab alone: in no address, no other storage, no page, no command", async () => {
  const made = await run("console-picture", { blank: { color: 61 } });
  const urls = [];
  const page = await browser.page("runs", {
    before: async (p) => {
      await withRole("admin")(p);
      p.on("request", (r) => urls.push(r.url()));
    },
  });
  await signIn(page, KEY);
  await page.locator(`[data-key="${made.id}"] .row-link`).click();
  await page.getByRole("button", { name: "Run again as curl" }).click();
  const command = await page.getByRole("dialog").textContent();
  assert.ok(command.includes('"X-Api-Key: $COMFYFUNC_KEY"'), command);
  assert.equal((await page.content()).includes(KEY), false);
  assert.equal(await page.evaluate((k) => Object.values(localStorage).includes(k), KEY), false);
  assert.equal(await page.evaluate((k) => Object.values(sessionStorage).includes(k), KEY), true);
  assert.equal(
    urls.some((u) => u.includes(KEY)),
    false,
  );

  // Another tab knows nothing of it.
  const other = await browser.page("runs", { before: withRole("admin") });
  await other.getByLabel("Key").waitFor();
});

test("it stays when the page is loaded anew, and goes with sign out", async () => {
  const page = await browser.page("settings", { before: withRole("admin") });
  await signIn(page, KEY);
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  await page.getByText("shop admin").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Key").waitFor();
  assert.equal(await page.evaluate((k) => Object.values(sessionStorage).includes(k), KEY), false);
});

test("what was filled in goes with sign out, in the storage and on the page", async () => {
  const page = await browser.page("workflows/console-picture", { before: withRole("admin") });
  await signIn(page, KEY);
  const field = () => page.getByRole("region", { name: "blank", exact: true }).getByLabel("color", { exact: true });
  const saved = await field().inputValue();
  await field().fill("4711");
  await eventually(page, () => sessionStorage.getItem("comfyfunc.drafts")?.includes("4711"));
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Key").waitFor();
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), []);
  await signIn(page, KEY);
  assert.equal(await field().inputValue(), saved);
  assert.deepEqual(page.failures, []);
});

test("where the platform asks for a function key first there is a field for it, and both keys go along", async () => {
  const FUNCTION = "the-key-of-the-app";
  const sent = [];
  const page = await browser.page("runs", {
    before: async (p) => {
      await withRole("admin")(p);
      await p.route("**/api/**", (route) => {
        const headers = route.request().headers();
        sent.push([headers["x-functions-key"], headers["x-api-key"]]);
        return headers["x-functions-key"] === FUNCTION ? route.fallback() : route.fulfill({ status: 401, body: "" });
      });
    },
  });
  const enter = async (label, value) => {
    await page.getByLabel(label, { exact: true }).fill(value);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  await enter("Function key", "wrong");
  await page.getByRole("alert").getByText("401").waitFor();
  assert.deepEqual(await accessFaults(page), []);
  await shot(page, "sign-in-function");
  await enter("Function key", FUNCTION);
  await enter("Key", KEY);
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  await page.locator(".row .row-link").first().click();
  await page.getByRole("button", { name: "Edit and run" }).or(page.getByRole("link", { name: "Edit and run" })).waitFor();
  await page.getByRole("button", { name: /as curl$/ }).first().click();
  const command = await page.getByRole("dialog").textContent();
  assert.ok(command.includes('"x-functions-key: $COMFYFUNC_FUNCTION_KEY"') && !command.includes(FUNCTION), command);
  assert.deepEqual(sent.at(-1), [FUNCTION, KEY]);
  await page.keyboard.press("Escape");
  const code = page.locator("section.panel").filter({ has: page.getByRole("heading", { name: "As code", exact: true }) });
  const shown = async (language) => {
    await code.getByRole("tab", { name: language }).click();
    return code.locator("pre").first().textContent();
  };
  assert.match(await shown("C#"), /Key = [^,]+"COMFYFUNC_KEY"\),\s+FunctionKey = [^,]+"COMFYFUNC_FUNCTION_KEY"\)/);
  assert.match(await shown("TypeScript"), /, key: process\.env\.COMFYFUNC_KEY, functionKey: process\.env\.COMFYFUNC_FUNCTION_KEY \}/);
  assert.match(await shown("Python"), /"x-functions-key": os\.environ\["COMFYFUNC_FUNCTION_KEY"\]/);
  for (const list of ["batches", "workflows"]) {
    await page.route(`**/api/${list}?*`, (route) => route.fulfill({ json: { [list]: [], continuation: null } }));
    await page.goto(new URL(list, page.url().replace(/\/runs\/.*/, "/")).href);
    const words = await page.locator(".empty pre").textContent();
    assert.match(words, /"X-Api-Key: \$COMFYFUNC_KEY" \\\s+-H "x-functions-key: \$COMFYFUNC_FUNCTION_KEY"/);
  }
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Function key").waitFor();
  assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage)), []);
});

test("a key that was taken back is noticed, and asked for anew", async () => {
  const page = await browser.page("runs", { before: withRole("admin") });
  await signIn(page, KEY);
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  const refuse = (route) =>
    route.fulfill({ status: 401, json: { title: "The key is not known any more.", code: "unauthorized", status: 401 } });
  await page.unroute("**/api/me");
  await page.route("**/api/**", refuse);
  await page.getByRole("button", { name: "failed" }).click();
  await page.getByRole("alert").getByText("The key is not known any more.").waitFor();
  await page.getByLabel("Key").waitFor();
});

for (const [role, offered] of [
  ["run", ["runs", "workflows", "batches", "pool", "usage"]],
  ["author", ["runs", "workflows", "batches", "pool", "usage"]],
  ["admin", ["runs", "workflows", "batches", "pool", "hosts", "webhooks", "keys", "usage", "settings"]],
]) {
  test(`${role} is offered what ${role} may do`, async () => {
    const page = await browser.page("runs", { before: withRole(role) });
    await signIn(page, KEY);
    await page.getByRole("heading", { name: "Runs" }).waitFor();
    assert.deepEqual(await page.locator("nav ul a").evaluateAll((all) => all.map((a) => a.getAttribute("href"))), offered);
    await page.goto(new URL("hosts", CONSOLE).href);
    await page.getByRole("heading", { name: role === "admin" ? "Hosts" : "Not for this key" }).waitFor();
  });
}

test("where there is App Service’s login, it is led to and leads back", async () => {
  const page = await browser.page("runs?status=failed", {
    before: async (p) => {
      await withRole("admin")(p);
      await p.route("**/.auth/me", (route) => route.fulfill({ status: 401, body: "" }));
    },
  });
  const link = page.getByRole("link", { name: "Sign in with Microsoft" });
  await link.waitFor();
  assert.match(await link.getAttribute("href"), /^\/\.auth\/login\/aad\?post_login_redirect_uri=.*runs%3Fstatus%3Dfailed$/);
});
