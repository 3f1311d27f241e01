// Answers of the API that a quiet server does not give: a busy hour, a long queue, a host that rests.

const MINUTE = 60_000;
const iso = (ms) => new Date(ms).toISOString();

const numbers = (runs, factor = 1) => ({
  runs,
  succeeded: Math.max(0, runs - 1),
  failed: runs > 4 ? 1 : 0,
  canceled: 0,
  expired: 0,
  p50Ms: runs === 0 ? null : 2400 * factor,
  p95Ms: runs === 0 ? null : 6100 * factor,
  queueP50Ms: runs === 0 ? null : 300 * factor,
  queueP95Ms: runs === 0 ? null : 2900 * factor,
  warmHits: Math.round(runs * 0.8),
  coldLoads: runs - Math.round(runs * 0.8),
  cacheHits: runs > 3 ? 1 : 0,
  gpuSeconds: runs * 2.2 * factor,
  outputBytes: runs * 410_000,
});

/** An hour in which something ended in most minutes. */
export function statsOf(now = Date.now(), { text = "CUDA out of memory while decoding" } = {}) {
  const from = now - 60 * MINUTE;
  const buckets = Array.from({ length: 60 }, (_, i) => ({ i, at: Math.ceil(from / MINUTE) * MINUTE + i * MINUTE }))
    .filter(({ i }) => i % 11 !== 5)
    .map(({ i, at }) => ({ at: iso(at), ...numbers(Math.round(4 + 3 * Math.sin(i / 5)), 1 + 0.4 * Math.cos(i / 7)) }));
  return {
    from: iso(from),
    to: iso(now),
    bucketSeconds: 60,
    totals: { ...numbers(231), failed: 9, expired: 2 },
    buckets,
    workflows: [
      { workflow: "txt2img", ...numbers(140) },
      { workflow: "upscale", ...numbers(71, 2) },
      { workflow: "portrait", ...numbers(20, 0.5) },
    ],
    failures: [
      { workflow: "upscale", code: "node_failed", node: { class: "VAEDecode", tag: "decode" }, message: text, count: 5, lastAt: iso(now - 3 * MINUTE), lastRun: "01M8M84H19AG5C9E9M9JBT0HC3" },
      { workflow: "txt2img", code: "node_failed", node: { class: "VAEDecode", tag: null }, message: "Expected 4 channels, got 16", count: 2, lastAt: iso(now - 20 * MINUTE) },
      { workflow: "portrait", code: "start_deadline_exceeded", node: null, message: "Its prompt had not begun to execute in time.", count: 2, lastAt: iso(now - 44 * MINUTE) },
    ],
  };
}

const REASONS = [
  ["slots_busy", "All slots of gpu-1, gpu-2 are lent."],
  ["models_loading", "gpu-2 loads flux1-dev.safetensors for it."],
  ["host_draining", "gpu-3 has what it needs, and is draining."],
  ["no_capable_host", "No host has 'flux1-schnell.safetensors' for UNETLoader.unet_name."],
];

/** Runs that wait, each for something. */
export function queueOf(total = 7, now = Date.now(), { paused = false } = {}) {
  return {
    paused,
    pausedAt: paused ? iso(now - 2 * MINUTE) : null,
    total,
    waiting: Array.from({ length: Math.min(200, total) }, (_, i) => {
      const [code, message] = paused ? ["queue_paused", "The queue is paused."] : REASONS[i % REASONS.length];
      return {
        run: `01M8M84H19AG5C9E9M9JBT${String(i).padStart(4, "0")}`,
        workflow: i % 2 === 0 ? "txt2img" : "upscale",
        version: 1,
        client: i % 3 === 0 ? "shop" : undefined,
        batch: i % 3 === 1 ? "01M8M84H19AG5C9E9M9JBTBBBB" : undefined,
        priority: i === 0 ? 10 : 0,
        position: i,
        since: iso(now - (40 - i) * 1000),
        startBy: iso(now + 9 * MINUTE),
        waitsFor: { code, message },
        expectedStartAt: paused || code === "no_capable_host" ? null : iso(now + (i + 1) * 4 * MINUTE),
      };
    }),
  };
}

/** A host as the API shows it, with whatever is said of it. */
export const hostOf = (more = {}) => ({
  id: "gpu-1",
  url: "http://10.0.0.4:8188/",
  state: "ready",
  reason: null,
  retryAt: null,
  warmUp: null,
  slots: 4,
  freeSlots: 2,
  labels: { gpu: "h100", zone: "eu" },
  leases: [
    { run: "01M8M84H19AG5C9E9M9JBT0HC3", attempt: 1, workflow: "txt2img@3", since: iso(Date.now() - 4000), expectedSeconds: 6.2 },
    { run: "01M8M84H19AG5C9E9M9JBT0HC4", attempt: 2, workflow: "upscale@1", since: iso(Date.now() - 1000), expectedSeconds: 11 },
  ],
  queue: { running: 1, pending: 3, foreign: 2 },
  backlogSeconds: 48.2,
  models: ["dreamshaper_8.safetensors", "flux1-dev.safetensors", "sdxl/sd_xl_base_1.0.safetensors", "4x-UltraSharp.pth", "t5xxl_fp16.safetensors"],
  modelSets: 2,
  times: { workflows: { "txt2img@3": 4.113, "upscale@1": 9.7, "portrait@12": 31 }, loads: { "dreamshaper_8.safetensors": 3.831, "flux1-dev.safetensors": 21.4 } },
  failures: { nodes: 2, losses: 0, quarantines: 1 },
  vramBytes: 85899345920,
  comfyVersion: "0.29.0",
  maxUploadBytes: 104857600,
  catalogHash: "1e2576bf30f1254c51aac7dd1ebe68de",
  registeredAt: iso(Date.now() - 3 * 24 * 60 * MINUTE),
  lastSeenAt: iso(Date.now() - 2000),
  heartbeatAt: iso(Date.now() - 11_000),
  headers: ["Authorization"],
  pack: { version: "0.9.0", queue: { running: 1, pending: 3 }, vram: { total: 85899345920, free: 21474836480 }, models: { checkpoints: 14, loras: 120 } },
  sync: { on: true },
  ...more,
});

/** Answers a path of the API with a document, whatever the server would say. `answer` may be a function of the request. */
export const answering = (pattern, answer, status = 200) => (page) =>
  page.route(pattern, async (route) => {
    const body = typeof answer === "function" ? await answer(route.request()) : answer;
    return body === undefined ? route.fallback() : route.fulfill({ status, contentType: "application/json", body: JSON.stringify(body) });
  });

/** No news: of what other tests do, or of the server's own hosts and queue, none comes into what a page is given here. */
export const quiet = (page) => page.route("**/api/events", (route) => route.fulfill({ status: 404, json: {} }));

/** A run that ended a second after the one before it; number 0 is the newest. */
export const runOf = (i, now = Date.now()) => ({
  id: `01M${String(9_999_999 - i).padStart(23, "0")}`,
  workflow: `workflow-${i}`,
  version: 1,
  status: i % 5 === 0 ? "failed" : "succeeded",
  createdAt: iso(now - i * 1000),
  startedAt: iso(now - i * 1000),
  completedAt: iso(now - i * 1000 + 900),
  host: "a",
  outputs: {},
  ...(i % 5 === 0 && { error: { code: "node_failed", message: "It failed." } }),
});

/** A page of so many runs, by the query that asks for it. */
export function runsOf(count, query) {
  const from = Number(query.get("continuation") ?? 0);
  const to = Math.min(count, from + 2000);
  return { runs: Array.from({ length: to - from }, (_, i) => runOf(from + i)), continuation: to < count ? String(to) : null };
}

/** Several such answers for one page. */
export const all = (...befores) => async (page) => {
  for (const before of befores) {
    await before(page);
  }
};

/** Markup that would show itself if it were taken for markup. */
export const MARKUP = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>&amp;{{7*7}}`;

/** Whether any of it was taken for markup. */
export const isHit = (page) => page.evaluate(() => window.hit === 1 || document.querySelector("main img[src=x], main script, dialog img[src=x]") !== null);
