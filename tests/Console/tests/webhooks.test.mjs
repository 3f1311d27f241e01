// Webhooks: added, changed, their secrets, what they were told and told again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessFaults, API, open, overflow, shot } from "../support/browser.mjs";
import { all, answering, isHit, MARKUP } from "../support/samples.mjs";
import { ask } from "../support/server.mjs";

const LIST = /\/api\/webhooks\?limit=\d+$/;
const RUN = "01M8M84H19AG5C9E9M9JBT0HC3";

const delivery = (more = {}) => ({
  id: "msg_1",
  run: RUN,
  event: "run.succeeded",
  webhook: "shop",
  state: "abandoned",
  createdAt: new Date().toISOString(),
  nextAttemptAt: null,
  attempts: [
    { at: new Date(Date.now() - 5.4 * 3_600_000).toISOString(), status: null, error: "The host name has no address." },
    { at: new Date(Date.now() - 4.4 * 3_600_000).toISOString(), status: 503, error: null },
  ],
  ...more,
});

let browser;
before(async () => {
  browser = await open();
});
after(async () => {
  await ask(API, "DELETE", "webhooks/console-hook");
  await browser.close();
});

test("a webhook is added, its secret shown, rotated, and it is changed and removed", async () => {
  await ask(API, "DELETE", "webhooks/console-hook");
  const page = await browser.page("webhooks");
  await page.getByRole("button", { name: "Add a webhook" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Id", { exact: true }).fill("default-one");
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await form.getByText("does not begin with default").waitFor();
  await form.getByLabel("Id", { exact: true }).fill("console-hook");
  await form.getByLabel("Address").fill("not an address");
  await form.getByLabel("Workflow", { exact: true }).fill("<b>");
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await form.getByText("workflow is the name of a workflow.").waitFor();
  assert.equal(await form.getByLabel("Address").getAttribute("aria-invalid"), "true");
  assert.deepEqual(await accessFaults(page), []);
  await form.getByLabel("Address").fill("https://hooks.example.com/comfy");
  await form.getByLabel("Workflow", { exact: true }).fill("");
  await form.getByLabel("run.canceled").uncheck();
  await form.getByRole("button", { name: "Add", exact: true }).click();
  const shown = await form.getByRole("region", { name: "Secret" }).innerText();
  assert.equal(shown.trim(), (await ask(API, "GET", "webhooks/console-hook/secret")).body.secret);
  await form.getByRole("button", { name: "Done" }).click();
  assert.deepEqual((await ask(API, "GET", "webhooks/console-hook")).body.events, ["run.succeeded", "run.failed", "run.expired"]);

  await page.getByRole("link", { name: "console-hook", exact: true }).click();
  await page.getByRole("button", { name: "Secret of console-hook" }).click();
  await form.getByRole("button", { name: "Rotate", exact: true }).click();
  await page.getByRole("dialog", { name: "A new secret for console-hook?" }).getByRole("button", { name: "Rotate", exact: true }).click();
  await form.getByText("The one before signs as well until").waitFor();
  const rotated = (await form.getByRole("region", { name: "Secret" }).innerText()).trim();
  assert.notEqual(rotated, shown.trim());
  assert.equal(rotated, (await ask(API, "GET", "webhooks/console-hook/secret")).body.secret);
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Change" }).click();
  await form.getByLabel("Address").fill("https://hooks.example.com/other");
  await form.getByRole("button", { name: "Save" }).click();
  await page.getByText("https://hooks.example.com/other").waitFor();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await form.getByRole("button", { name: "Remove", exact: true }).click();
  await page.waitForURL(/\/console\/webhooks$/);
  assert.equal((await ask(API, "GET", "webhooks/console-hook")).status, 404);
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("what a webhook was told is listed, with every attempt, page after page, and told once more", async () => {
  const sent = [];
  const before = all(
    answering(/\/api\/webhooks\/shop$/, { id: "shop", url: "https://x.example/", events: ["run.succeeded"], createdAt: new Date().toISOString() }),
    answering("**/api/webhooks/shop/deliveries*", (r) =>
      r.url().includes("continuation=next")
        ? { deliveries: [delivery({ id: "msg_2", state: "delivered", attempts: [{ at: new Date().toISOString(), status: 204, error: null }] })] }
        : { deliveries: [delivery()], continuation: "next" },
    ),
    answering("**/redeliver", (r) => {
      sent.push(`${r.method()} ${new URL(r.url()).pathname}`);
      return delivery({ state: "pending", nextAttemptAt: new Date(Date.now() + 5000).toISOString() });
    }),
  );
  const page = await browser.page("webhooks/shop", { before });
  const told = page.locator(".told > li");
  await told.first().waitFor();
  assert.match(await told.first().innerText(), /abandoned[\s\S]+succeeded[\s\S]+no answer 5 h ago: The host name has no address\.[\s\S]+answered 503/);
  await page.getByRole("button", { name: "Older ones" }).click();
  await told.nth(1).getByText("answered 204").waitFor();
  assert.equal(await page.getByRole("button", { name: "Older ones" }).count(), 0);
  await told.first().getByRole("button", { name: "Send again", exact: true }).click();
  await told.first().getByText("pending").waitFor();
  assert.deepEqual(sent, [`POST /api/runs/${RUN}/deliveries/msg_1/redeliver`]);
  assert.equal(await told.first().getByRole("button", { name: "Send again", exact: true }).count(), 0);
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("who was told of a run is found by its id, which the address keeps", async () => {
  const page = await browser.page("webhooks", { before: answering(`**/api/runs/${RUN}/deliveries`, { deliveries: [delivery()] }) });
  await page.getByLabel("The run’s id").fill(RUN);
  await page.getByRole("button", { name: "Ask" }).click();
  await page.locator(".told").getByText("shop").waitFor();
  assert.match(page.url(), new RegExp(`run=${RUN}`));
  await page.close();
});

test("one that said it is gone is shown as disabled, and nobody at all with what to do first", async () => {
  const gone = { id: "gone", url: "https://x.example/", events: ["run.failed"], createdAt: new Date().toISOString(), disabledAt: new Date().toISOString() };
  const page = await browser.page("webhooks", { before: answering(LIST, { webhooks: [gone] }) });
  await page.getByText("It answered 410").waitFor();
  await page.getByText("disabled").waitFor();
  await page.close();
  const none = await browser.page("webhooks", { before: answering(LIST, { webhooks: [] }) });
  assert.match(await none.getByRole("region", { name: "command" }).innerText(), /curl -X PUT .*\/api\/webhooks\/shop/);
  await none.close();
});

test("webhooks that do not fit on a page are read when they are asked for", async () => {
  const hookOf = (id) => ({ id, url: "https://x.example/", events: ["run.failed"], createdAt: new Date().toISOString() });
  const answer = (r) =>
    new URL(r.url()).searchParams.get("continuation") === "there" ? { webhooks: [hookOf("two")] } : { webhooks: [hookOf("one")], continuation: "there" };
  const page = await browser.page("webhooks", { before: answering(/\/api\/webhooks\?/, answer) });
  const cards = page.getByRole("list", { name: "Webhooks" }).locator(":scope > li"); // Each has a list of its events.
  await cards.first().waitFor();
  assert.equal(await cards.count(), 1);
  await page.getByRole("button", { name: "More webhooks" }).click();
  await cards.nth(1).waitFor();
  assert.equal(await page.getByRole("button", { name: "More webhooks" }).count(), 0);
  await page.close();
});

test("markup from webhooks and their receivers stays text", async () => {
  const odd = { id: MARKUP, url: `https://x/${MARKUP}`, events: [MARKUP], workflow: MARKUP, createdAt: new Date().toISOString() };
  const before = all(
    answering(LIST, { webhooks: [odd] }),
    answering("**/deliveries", { deliveries: [delivery({ webhook: MARKUP, event: MARKUP, attempts: [{ at: new Date().toISOString(), status: 500, error: MARKUP }] })] }),
  );
  const page = await browser.page(`webhooks?run=${RUN}`, { before });
  await page.locator(".told").getByText(MARKUP).first().waitFor();
  await page.getByRole("list", { name: "Webhooks" }).getByText(MARKUP).first().waitFor();
  assert.equal(await isHit(page), false);
  await page.close();
});

for (const scheme of ["dark", "light"]) {
  test(`webhooks can be used by everybody, and on a telephone, in ${scheme}`, async () => {
    const one = { id: "shop", url: `https://hooks.example.com/${"long/".repeat(30)}`, events: ["run.succeeded", "run.failed"], createdAt: new Date().toISOString() };
    const before = all(
      answering(LIST, { webhooks: [one, { ...one, id: "gone", disabledAt: new Date().toISOString() }] }),
      answering(/\/api\/webhooks\/shop$/, one),
      answering("**/deliveries*", { deliveries: [delivery(), delivery({ id: "msg_2", state: "pending", nextAttemptAt: new Date(Date.now() + 300_000).toISOString() })] }),
    );
    for (const [path, sign] of [[`webhooks?run=${RUN}`, "answered 503"], ["webhooks/shop", "answered 503"]]) {
      const page = await browser.page(path, { scheme, before });
      await page.getByText(sign).first().waitFor();
      assert.deepEqual(await accessFaults(page), []);
      await shot(page, `${path.replace(/\W+/g, "-").slice(0, 14)}-${scheme}`, { isWhole: true });
      await page.setViewportSize({ width: 360, height: 740 });
      assert.ok((await overflow(page)) <= 0, `${path} is wider than 360 px`);
      assert.deepEqual(await accessFaults(page), []);
      await shot(page, `${path.replace(/\W+/g, "-").slice(0, 14)}-${scheme}-360`, { isWhole: true });
      await page.close();
    }
  });
}
