// Keys: made, used, taken back; and what callers of other roles are offered. On a server that asks for keys.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessFaults, open, overflow, shot } from "../support/browser.mjs";
import { answering, isHit, MARKUP } from "../support/samples.mjs";
import { ask, serve } from "../support/server.mjs";

const ADMIN = "console-tests-operators-key-1";
const CALLER = "console-tests-shop-key-000001";

let browser;
let server;
before(async () => {
  server = await serve({
    "ComfyFunc:Callers:0:Client": "operators",
    "ComfyFunc:Callers:0:Key": ADMIN,
    "ComfyFunc:Callers:0:Role": "Admin",
    "ComfyFunc:Callers:1:Client": "shop",
    "ComfyFunc:Callers:1:Key": CALLER,
    "ComfyFunc:Callers:1:Role": "Run",
    "ComfyFunc:Callers:1:Workflows:0": "shop-*",
    "ComfyFunc:Quotas:0:Client": "shop",
    "ComfyFunc:Quotas:0:RunsPerMinute": 60,
    "ComfyFunc:Quotas:1:Client": "*",
    "ComfyFunc:Quotas:1:OpenRuns": 5,
  });
  browser = await open();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A page for who has this key, as if it had signed in. */
const pageOf = (key, path, options = {}) =>
  browser.page(new URL(path, server.console).href, {
    ...options,
    before: async (page) => {
      await page.addInitScript((k) => sessionStorage.setItem("comfyfunc.key", k), key);
      await options.before?.(page);
    },
  });

test("a key is made, shown once, good for what it says, and refused after it was taken back", async () => {
  const page = await pageOf(ADMIN, "keys");
  await page.getByText("No key has been made yet.").waitFor();
  await page.getByRole("button", { name: "Make a key", exact: true }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Client").fill("<b>");
  await form.getByRole("button", { name: "Make it" }).click();
  await form.getByText("A client's name is").waitFor();
  assert.equal(await form.getByLabel("Client").getAttribute("aria-invalid"), "true");
  assert.deepEqual(await accessFaults(page), []);
  await form.getByLabel("Client").fill("studio");
  await form.getByLabel("Role").selectOption("author");
  await form.getByLabel("Workflows").fill("studio-*\n");
  await form.getByLabel("Hosts that it speaks for").fill("gpu-*");
  await form.getByRole("button", { name: "Make a key as curl" }).click();
  const command = await page.getByRole("region", { name: "curl" }).innerText();
  assert.match(command, /\$COMFYFUNC_KEY/);
  assert.ok(!command.includes(ADMIN));
  await page.keyboard.press("Escape");
  await form.getByRole("button", { name: "Make it" }).click();
  await form.getByText("It is shown this once.").waitFor();
  const made = (await form.getByRole("region", { name: "Key" }).innerText()).trim();
  await form.getByRole("button", { name: "Copy" }).click();
  await form.getByText("Copied").waitFor();
  await form.getByRole("button", { name: "I have it" }).click();
  await page.getByText("studio-*").waitFor();
  await page.getByText("host gpu-*").waitFor();
  assert.ok(!(await page.content()).includes(made), "Nothing of the page has the key any more.");

  const me = await ask(server.api, "GET", "me", { key: made });
  assert.deepEqual([me.body.client, me.body.role, me.body.workflows], ["studio", "author", ["studio-*"]]);
  const row = page.getByRole("row").filter({ hasText: "studio-*" });
  await row.getByRole("button", { name: "Take back", exact: true }).click();
  await form.getByRole("button", { name: "Take back", exact: true }).click();
  await row.waitFor({ state: "detached" });
  let status = 200;
  for (const until = Date.now() + 60_000; status !== 401 && Date.now() < until; ) {
    ({ status } = await ask(server.api, "GET", "me", { key: made }));
  }

  assert.equal(status, 401);
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("of many keys the one is taken back whose row it is, and each says what it is for", async () => {
  const made = await Promise.all(
    ["a", "b", "c", "d", "e", "f"].map((name) =>
      ask(server.api, "POST", "keys", { key: ADMIN, body: { client: `many-${name}`, role: "run", workflows: [`${name}-*`] } }),
    ),
  );
  const page = await pageOf(ADMIN, "keys");
  for (const name of ["a", "b", "c", "d", "e", "f"]) {
    await page.getByRole("row").filter({ hasText: `many-${name}` }).getByText(`${name}-*`).waitFor();
  }

  const row = page.getByRole("row").filter({ hasText: "many-d" });
  const id = await row.locator("code").innerText();
  const asked = page.waitForRequest((r) => r.method() === "DELETE");
  await row.getByRole("button", { name: "Take back", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take back", exact: true }).click();
  assert.equal(new URL((await asked).url()).pathname, `/api/keys/${id}`);
  assert.equal(id, made[3].body.id);
  await row.waitFor({ state: "detached" });
  assert.equal(await page.getByRole("row").filter({ hasText: "many-" }).count(), 5);
  await page.close();
});

test("callers of the settings and quotas in force are shown, and no key of theirs", async () => {
  const page = await pageOf(ADMIN, "keys");
  await page.getByRole("heading", { name: "Quotas" }).waitFor();
  const text = await page.locator("main").innerText();
  assert.match(text, /operators\s+admin\s+all/);
  assert.match(text, /shop\s+run\s+shop-\*/);
  assert.match(text, /shop\s+60\s+no limit\s+no limit/);
  assert.match(text, /all others\s+no limit\s+5\s+no limit/);
  assert.ok(!text.includes(ADMIN) && !text.includes(CALLER));
  await page.close();
});

test("who may only run is told so in a sentence, and is offered its own queue, statistics and usage", async () => {
  for (const path of ["hosts", "webhooks", "keys", "settings", "hosts/gpu-1"]) {
    const page = await pageOf(CALLER, path);
    await page.getByText("Your key may not look at this.").waitFor();
    assert.deepEqual(page.failures, []);
    await page.close();
  }

  const asked = [];
  const pool = await pageOf(CALLER, "pool", { before: (page) => page.on("response", (r) => asked.push([new URL(r.url()).pathname, r.status()])) });
  await pool.getByText("None of your runs waits.").waitFor();
  assert.equal(await pool.getByRole("button", { name: "Pause the queue", exact: true }).count(), 0);
  assert.equal(await pool.getByText("Processes of the service").count(), 0);
  assert.equal(await pool.getByRole("link", { name: "Hosts" }).count(), 0);
  await pool.close();
  const usage = await pageOf(CALLER, "usage", { before: (page) => page.on("response", (r) => asked.push([new URL(r.url()).pathname, r.status()])) });
  await usage.getByText("What is shown is your own.").waitFor();
  assert.equal(await usage.getByLabel("Client").count(), 0);
  assert.equal(await usage.getByRole("button", { name: "by client" }).count(), 0);
  await usage.close();
  assert.deepEqual(asked.filter(([, status]) => status === 403), [], "Nothing is asked for that is refused.");
});

test("a server that asks nobody says so, and how to change it", async () => {
  const page = await pageOf(ADMIN, "keys", {
    before: answering("**/api/me", { client: null, role: "admin", workflows: [], keysRequired: false, version: "1" }),
  });
  await page.getByText("This server asks nobody for a key.").waitFor();
  await page.getByText("ComfyFunc__Callers__0__Client=operators").waitFor();
  assert.equal(await page.getByRole("button", { name: "Make a key", exact: true }).count(), 0);
  await page.close();
});

test("keys that do not fit on a page are read when they are asked for", async () => {
  const keyOf = (id) => ({ id, client: `client-${id}`, role: "run", createdAt: new Date().toISOString() });
  const answer = (r) =>
    new URL(r.url()).searchParams.get("continuation") === "there" ? { keys: [keyOf("two")] } : { keys: [keyOf("one")], continuation: "there" };
  const page = await pageOf(ADMIN, "keys", { before: answering(/\/api\/keys\?/, answer) });
  await page.getByText("client-one").waitFor();
  assert.equal(await page.getByText("client-two").count(), 0);
  await page.getByRole("button", { name: "More keys" }).click();
  await page.getByText("client-two").waitFor();
  assert.equal(await page.getByText("client-one").count(), 1);
  assert.equal(await page.getByRole("button", { name: "More keys" }).count(), 0);
  await page.close();
});

test("markup in keys stays text", async () => {
  const odd = { id: MARKUP, client: MARKUP, role: MARKUP, workflows: [MARKUP], hosts: [MARKUP], createdAt: new Date().toISOString() };
  const page = await pageOf(ADMIN, "keys", { before: answering(/\/api\/keys\?limit=\d+$/, { keys: [odd] }) });
  await page.getByRole("row").getByText(MARKUP).first().waitFor();
  assert.equal(await isHit(page), false);
  await page.close();
});

for (const scheme of ["dark", "light"]) {
  test(`keys can be used by everybody, and on a telephone, in ${scheme}`, async () => {
    const keys = ["run", "author", "admin", "host"].map((role, i) => ({ id: `k${i}0f3a91c0`, client: `client-${i}`, role, createdAt: new Date(Date.now() - i * 3e6).toISOString() }));
    Object.assign(keys[0], { workflows: ["shop-*", "a-workflow-with-a-very-long-name-that-does-not-fit"] });
    Object.assign(keys[3], { hosts: ["gpu-3"] });
    const page = await pageOf(ADMIN, "keys", { scheme, before: answering(/\/api\/keys\?limit=\d+$/, { keys }) });
    await page.getByText("client-3").waitFor();
    await page.getByRole("heading", { name: "Quotas" }).waitFor();
    assert.deepEqual(await accessFaults(page), []);
    await shot(page, `keys-${scheme}`, { isWhole: true });
    await page.setViewportSize({ width: 360, height: 740 });
    assert.ok((await overflow(page)) <= 0, "Keys are wider than 360 px");
    assert.deepEqual(await accessFaults(page), []);
    await shot(page, `keys-${scheme}-360`, { isWhole: true });
    await page.close();
  });
}
