// The hosts: what a card says, drained and resumed, added and changed, and why one cannot take a workflow.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessFaults, API, becomes, open, overflow, shot } from "../support/browser.mjs";
import { all, answering, hostOf, isHit, MARKUP, quiet } from "../support/samples.mjs";
import { ask } from "../support/server.mjs";

const LIST = /\/api\/hosts$/;

let browser;
let host;
before(async () => {
  browser = await open();
  const ready = async () => (await ask(API, "GET", "hosts")).body.hosts.find((h) => h.state === "ready");
  await becomes(async () => (await ready()) !== undefined, true);
  host = await ready();
  await ask(API, "PUT", "workflows/console-hosts", {
    body: {
      1: { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "dreamshaper_8.safetensors" } },
      2: { class_type: "EmptyImage", inputs: { width: 16, height: 16, batch_size: 1, color: 1 } },
      3: { class_type: "SaveImage", inputs: { images: ["2", 0], filename_prefix: "x" }, _meta: { title: "Save [picture]" } },
    },
  });
});
after(async () => {
  await ask(API, "POST", `hosts/${host.id}/resume`);
  await ask(API, "DELETE", "hosts/console-new?force=true");
  await ask(API, "DELETE", "hosts/console-others?force=true");
  await ask(API, "DELETE", "workflows/console-hosts");
  await browser.close();
});

const cardOf = (page, id) => page.getByRole("listitem").filter({ has: page.getByRole("link", { name: id, exact: true }) }).first();

test("a host is drained and resumed on its card, and the server does it", async () => {
  const page = await browser.page("hosts");
  const card = cardOf(page, host.id);
  const order = () => page.locator(".host-cards > li").evaluateAll((all) => all.map((li) => li.querySelector("a").textContent));
  await card.waitFor();
  const before = await order();
  await card.getByRole("button", { name: "Drain", exact: true }).click();
  await card.getByText("It is empty and takes nothing new.").waitFor();
  assert.deepEqual(await order(), before);
  assert.equal((await ask(API, "GET", `hosts/${host.id}`)).body.state, "draining");
  await card.getByRole("button", { name: "Resume as curl" }).click();
  assert.match(await page.getByRole("dialog").innerText(), new RegExp(`curl -X POST .*/api/hosts/${host.id}/resume`));
  await page.keyboard.press("Escape");
  await card.getByRole("button", { name: "Resume", exact: true }).click();
  await card.getByRole("button", { name: "Drain", exact: true }).waitFor();
  assert.equal((await ask(API, "GET", `hosts/${host.id}`)).body.state, "ready");
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("what is wrong with a new host stands at its field; then it joins, is changed and removed", async () => {
  const page = await browser.page("hosts");
  await page.getByRole("button", { name: "Add a host" }).click();
  const form = page.getByRole("dialog");
  const faultOf = async (label) => {
    const field = form.getByLabel(label, { exact: true });
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    const described = (await field.getAttribute("aria-describedby")).split(" ");
    return (await Promise.all(described.map((id) => form.locator(`[id="${id}"]`).innerText()))).join(" ");
  };
  await form.getByLabel("Id", { exact: true }).fill("../etc");
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await form.getByText("A host’s id is").waitFor();
  await form.getByLabel("Id", { exact: true }).fill("console-new");
  await form.getByLabel("Address").fill("ftp://10.0.0.4");
  await form.getByLabel("Slots").fill("99");
  await form.getByRole("button", { name: "Add a header" }).click();
  await form.getByLabel("Name of header 1").fill("Content-Length");
  await form.getByLabel("Value of header Content-Length").fill("secret-of-the-door");
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await form.getByText("http or https address").waitFor();
  assert.match(await faultOf("Address"), /http or https address/);

  await form.getByLabel("Address").fill("http://127.0.0.1:9/?token=secret-of-the-address");
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await form.getByText("slots is a whole number from 1 to 64.").waitFor();
  assert.match(await faultOf("Slots"), /1 to 64/);
  assert.match(await faultOf("Value of header Content-Length"), /./);
  assert.deepEqual(await accessFaults(page), []);

  // The command names the header and neither secret.
  await form.getByLabel("Slots").fill("3");
  await form.getByLabel("Name of header 1").fill("X-Door");
  await form.getByRole("button", { name: "Add a host as curl" }).click();
  const command = await page.getByRole("region", { name: "curl" }).innerText();
  assert.match(command, /X-Door/);
  assert.doesNotMatch(command, /secret-of/);
  await page.keyboard.press("Escape");
  await form.getByRole("button", { name: "Add", exact: true }).click();
  await form.waitFor({ state: "detached" });
  const made = (await ask(API, "GET", "hosts/console-new")).body;
  assert.deepEqual([made.slots, made.headers, made.url], [3, ["X-Door"], "http://127.0.0.1:9/?token=***"]);

  // A change gives the door anew, or says what is missing of it.
  await cardOf(page, "console-new").getByRole("link", { name: "console-new" }).click();
  await page.getByRole("heading", { level: 1, name: "console-new" }).waitFor();
  await page.getByRole("button", { name: "Change" }).click();
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText("Give its value again, or take the header away.").waitFor();
  assert.match(await faultOf("Address"), /does not show it/);
  await form.getByLabel("Address").fill("http://127.0.0.1:9/");
  await form.getByRole("button", { name: "Take away header X-Door" }).click();
  await form.getByRole("button", { name: "Add a label" }).click();
  await form.getByLabel("Name of label 1").fill("zone");
  await form.getByLabel("Value of label zone").fill(MARKUP);
  await form.getByRole("button", { name: "Save" }).click();
  await form.waitFor({ state: "detached" });
  await page.getByText(`zone:${MARKUP}`).first().waitFor();
  const changed = (await ask(API, "GET", "hosts/console-new")).body;
  assert.deepEqual([changed.labels, changed.headers ?? []], [{ zone: MARKUP }, []]);

  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await page.waitForURL(/\/console\/hosts$/);
  assert.equal((await ask(API, "GET", "hosts/console-new")).status, 404);
  assert.equal(await isHit(page), false);
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("hosts that others add and remove come and go without anybody loading the page", async () => {
  const page = await browser.page("hosts");
  await cardOf(page, host.id).waitFor();
  await page.getByText("live", { exact: true }).waitFor();
  await ask(API, "PUT", "hosts/console-others", { body: { url: "http://127.0.0.1:9/others" } });
  await cardOf(page, "console-others").waitFor();
  await ask(API, "DELETE", "hosts/console-others?force=true");
  await cardOf(page, "console-others").waitFor({ state: "detached" });
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("a host with runs is removed when what that costs them was said, and one without as it is", async () => {
  for (const [leases, said, query] of [[hostOf().leases, /It has 2 runs\..* gives them up as lost/, "?force=true"], [[], /What was learned/, ""]]) {
    const sent = [];
    const before = all(
      quiet,
      answering(/\/api\/hosts\/gpu-1(\?|$)/, (r) => (r.method() === "DELETE" ? sent.push(new URL(r.url()).search) && {} : hostOf({ leases }))),
    );
    const page = await browser.page("hosts/gpu-1", { before });
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    const dialog = page.getByRole("dialog");
    assert.match(await dialog.innerText(), said);
    await dialog.getByRole("button", { name: "Remove", exact: true }).click();
    await page.waitForURL(/\/console\/hosts$/);
    assert.deepEqual(sent, [query]);
    await page.close();
  }
});

test("who can take a workflow is told with the reason, also for labels and memory, and stays in the address", async () => {
  const page = await browser.page("hosts");
  await page.getByLabel("Workflow, or a run’s id").fill("console-hosts");
  await page.getByRole("button", { name: "Ask" }).click();
  const verdict = page.locator(".verdicts li", { has: page.getByText(host.id, { exact: true }) });
  await verdict.getByText("It has everything, and a slot free.").waitFor();
  await page.getByLabel("Labels it asks for").fill("zone:mars");
  await page.getByLabel("Workflow, or a run’s id").press("Enter");
  await verdict.getByText("zone=mars").waitFor();
  assert.match(page.url(), /why=console-hosts&label=zone/);
  await page.reload();
  await verdict.getByText("cannot").waitFor();
  await page.getByLabel("Labels it asks for").fill("");
  await page.getByLabel("GB of memory").fill("500");
  await page.getByRole("button", { name: "Ask" }).click();
  await verdict.getByText(/GPU memory/).waitFor();
  assert.match(await verdict.innerText(), /cannot/);

  const run = await ask(API, "POST", "workflows/console-hosts", { body: {} });
  await page.goto(`${page.url().split("?")[0]}?why=${run.body.id}`);
  await page.getByText("as it was called").waitFor();
  await verdict.getByText("It has everything").waitFor();
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("a host says why it rests, when it is tried again and by what, what it holds and what is not ours", async () => {
  const resting = hostOf({
    id: "gpu-2",
    state: "quarantined",
    reason: "5 runs in a row failed here, and the last one went well on another host.",
    retryAt: new Date(Date.now() + 5.4 * 3_600_000).toISOString(),
    warmUp: "txt2img",
    leases: [],
  });
  const page = await browser.page("hosts", { before: all(quiet, answering(LIST, { hosts: [hostOf(), resting] })) });
  const card = cardOf(page, "gpu-2");
  await card.getByText("5 runs in a row failed here").waitFor();
  assert.match(await card.innerText(), /tried again in 5 h, by its warm-up txt2img/);
  assert.ok(await card.getByRole("button", { name: "Release", exact: true }).isVisible());
  const busy = await cardOf(page, "gpu-1").innerText();
  assert.match(busy, /2 of 4 lent/);
  assert.match(busy, /1 running, 3 pending · 2 not ours/);
  assert.match(busy, /20\.0 GB of 80\.0 GB free/);
  assert.match(busy, /dreamshaper_8/);
  assert.match(busy, /2 more/);
  assert.match(busy, /9JBT0HC4 upscale@1 for .* of about 11\.0 s, attempt 2/);
  assert.match(busy, /ComfyUI 0\.29\.0 · pack 0\.9\.0/);
  assert.equal(await cardOf(page, "gpu-1").locator(".meter i").evaluate((i) => Math.round((100 * i.clientWidth) / i.parentElement.clientWidth)), 75);
  await page.getByRole("button", { name: "quarantined 1" }).click();
  await page.waitForURL(/state=quarantined/);
  await page.getByRole("link", { name: "gpu-1", exact: true }).waitFor({ state: "detached" });
  await page.close();
});

test("a host's page tells its health, models, times and workflows in its editor", async () => {
  const at = new Date().toISOString();
  const whole = hostOf({
    sync: {
      on: true,
      workflows: {
        txt2img: { version: 3, state: "current", at, keptAs: "txt2img (edited on gpu-1 2026-11-29 15.04).json" },
        upscale: { version: 1, state: "failed", reason: "It has no /userdata (404).", at },
      },
    },
  });
  const run = { id: "01M8M84H19AG5C9E9M9JBT0HC3", workflow: "txt2img", version: 3, status: "failed", createdAt: at, host: "gpu-1", error: { code: "node_failed", message: "It broke." } };
  const page = await browser.page("hosts/gpu-1", {
    before: all(quiet, answering(/\/api\/hosts\/gpu-1$/, whole), answering("**/api/runs?host=gpu-1*", { runs: [run] })),
  });
  await page.getByText("2 of 5 that it may have").waitFor();
  await page.getByText("It broke.").waitFor();
  const text = await page.locator("main").innerText();
  assert.match(text, /portrait@12\s+31\.0 s/);
  assert.match(text, /flux1-dev\.safetensors\s+yes\s+21\.4 s/);
  assert.match(text, /1 of 2 workflows in step/);
  assert.match(text, /It has no \/userdata/);
  assert.match(text, /kept as txt2img \(edited on gpu-1/);
  assert.match(text, /Authorization \(kept secret\)/);
  assert.equal(await page.getByRole("link", { name: "all its runs" }).getAttribute("href"), "runs?host=gpu-1");
  assert.deepEqual(page.failures, []);
  await page.close();
});

test("a pool without hosts says what to do first", async () => {
  const page = await browser.page("hosts", { before: all(quiet, answering(LIST, { hosts: [] })) });
  await page.getByText("There is no host yet.").waitFor();
  assert.match(await page.getByRole("region", { name: "command" }).innerText(), /curl -X PUT .*\/api\/hosts\/gpu-1/);
  await page.close();
});

test("markup from hosts stays text", async () => {
  const odd = hostOf({
    id: MARKUP,
    state: "quarantined",
    reason: MARKUP,
    url: `http://x/${MARKUP}`,
    warmUp: MARKUP,
    labels: { [MARKUP]: MARKUP },
    models: [MARKUP],
    leases: [{ run: MARKUP, attempt: 1, workflow: MARKUP, since: new Date().toISOString() }],
    comfyVersion: MARKUP,
    times: { workflows: { [MARKUP]: 1 }, loads: { [MARKUP]: 1 } },
    headers: [MARKUP],
    sync: { on: true, workflows: { [MARKUP]: { version: 1, state: "failed", reason: MARKUP, at: new Date().toISOString(), keptAs: MARKUP } } },
  });
  const page = await browser.page("hosts", { before: all(quiet, answering(LIST, { hosts: [odd] })) });
  await page.getByRole("link", { name: MARKUP, exact: true }).first().waitFor();
  assert.equal(await isHit(page), false);
  const one = await browser.page(`hosts/${encodeURIComponent(MARKUP)}`, { before: all(quiet, answering(/\/api\/hosts\/[^/?]+$/, odd)) });
  await one.getByRole("heading", { level: 1 }).getByText(MARKUP).waitFor();
  await one.getByText(`What was edited here is kept as ${MARKUP}`).waitFor();
  assert.equal(await isHit(one), false);
  await one.getByRole("button", { name: "Remove", exact: true }).click();
  await one.getByRole("dialog").waitFor();
  assert.equal(await isHit(one), false);
  await Promise.all([page.close(), one.close()]);
});

for (const scheme of ["dark", "light"]) {
  test(`the hosts can be used by everybody, and on a telephone, in ${scheme}`, async () => {
    const many = [hostOf(), hostOf({ id: "gpu-with-a-very-long-name.eu-west.internal.example", state: "draining", reason: "Drained by hand." }), hostOf({ id: "gpu-3", state: "offline", reason: "No answer." })];
    const before = all(quiet, answering(LIST, { hosts: many }), answering(/\/api\/hosts\/gpu-1$/, hostOf()), answering("**/api/runs?host=*", { runs: [] }));
    for (const [path, sign] of [["hosts?why=console-hosts", "gpu-3"], ["hosts/gpu-1", "Learned times"]]) {
      const page = await browser.page(path, { scheme, before });
      await page.getByText(sign).first().waitFor();
      assert.deepEqual(await accessFaults(page), []);
      await shot(page, `${path.replace(/\W+/g, "-")}-${scheme}`, { isWhole: true });
      await page.setViewportSize({ width: 360, height: 740 });
      assert.ok((await overflow(page)) <= 0, `${path} is wider than 360 px`);
      assert.deepEqual(await accessFaults(page), []);
      await shot(page, `${path.replace(/\W+/g, "-")}-${scheme}-360`, { isWhole: true });
      await page.close();
    }
  });
}
