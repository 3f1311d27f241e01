/** The shapes of the public API that the console reads. What the server may leave out is optional. */

export type RunStatus = "queued" | "running" | "canceling" | "succeeded" | "failed" | "canceled" | "expired";

export type OutputKind = "image" | "video" | "audio" | "3d" | "latent" | "text" | "json" | "file";

export type Role = "none" | "host" | "run" | "author" | "admin";

export type Values = Record<string, unknown>;

export interface Me {
  client: string | null;
  role: Role;
  workflows?: string[] | null;
  hosts?: string[] | null;
  keysRequired: boolean;
  version: string;
}

export interface Output {
  type: OutputKind;
  text?: string;
  name?: string;
  contentType?: string;
  bytes?: number;
  width?: number;
  height?: number;
  sha256?: string;
  url?: string;
  urlExpiresAt?: string;
  thumbnailUrl?: string;
  asWanted?: boolean;
}

export interface RunNode {
  id: string;
  class?: string;
  tag?: string;
}

export interface RunError {
  code: string;
  message: string;
  retryable?: boolean;
  node?: RunNode;
}

export interface Progress {
  value: number;
  nodesDone?: number;
  nodesTotal?: number;
  node?: string;
  step?: number;
  steps?: number;
}

export interface Attempt {
  number: number;
  host: string;
  startedAt: string;
  endedAt?: string;
  ended?: string;
}

export interface Metrics {
  queueMs?: number;
  lostMs?: number;
  stageMs?: number;
  hostQueueMs?: number;
  loadMs?: number;
  executionMs?: number;
  collectMs?: number;
  totalMs?: number;
}

export interface Seed {
  node: string;
  input: string;
  value: number | bigint;
  tag?: string;
  origin?: "drawn" | "saved" | "given";
}

export interface Run {
  id: string;
  workflow: string;
  version: number;
  status: RunStatus;
  createdAt: string;
  startedAt?: string;
  completedAt?: string;
  startBy?: string;
  finishBy?: string;
  expiresAt?: string;
  client?: string;
  batch?: { id: string; index?: number; cell?: Values };
  retryOf?: string;
  gpuWorkBegun?: boolean;
  queuePosition?: number;
  progress?: Progress;
  host?: string;
  attempt?: number;
  attempts?: Attempt[];
  inputs?: Record<string, Values | boolean>;
  inputsCut?: boolean;
  seeds?: Seed[];
  cached?: boolean;
  outputs?: Record<string, Output[]>;
  error?: RunError;
  metrics?: Metrics;
  metadata?: Values;
  links?: Record<string, string>;
}

export interface RunList {
  runs: Run[];
  continuation?: string | null;
}

export interface Delivery {
  id: string;
  run?: string;
  event: string;
  webhook: string;
  state: "pending" | "delivered" | "abandoned";
  createdAt?: string;
  nextAttemptAt?: string | null;
  attempts: { at: string; status?: number | null; error?: string | null }[];
}

export interface DeliveryList {
  deliveries: Delivery[];
  continuation?: string | null;
}

export type InputKind = "INT" | "FLOAT" | "STRING" | "BOOLEAN" | "ENUM" | "FILE" | (string & {});

export interface ContractInput {
  name: string;
  type: InputKind;
  default?: unknown;
  min?: number | bigint;
  max?: number | bigint;
  step?: number;
  options?: unknown[];
  seed?: boolean;
  multiline?: boolean;
  required?: boolean;
  upload?: string;
  tooltip?: string;

  /** The choices without which the input is not there. */
  ofChoice?: { input: string; values: string[]; isSaved: boolean };
}

export interface ContractTag {
  name: string;
  nodes: { id: string; class: string }[];
  canBypass: boolean;
  inputs: ContractInput[];
}

export interface ContractOutput {
  tag: string;
  kind: OutputKind;
  nodes: string[];
}

export interface Finding {
  code: string;
  detail: string;
  pointer?: string;
}

export interface Difference {
  kind: string;
  detail: string;
  isBreaking: boolean;
  pointer?: string;
}

export interface RunnableHost {
  id: string;
  capable: boolean;
  reason?: string;
}

export interface Workflow {
  name: string;
  version: number;
  etag?: string;
  createdAt?: string;
  contract: { tags: ContractTag[]; outputs: ContractOutput[] };
  requires?: { labels?: Record<string, string>; minVramGb?: number } | null;
  settings?: { startWithin?: number | null; finishWithin?: number | null; stripMetadata?: boolean; hiddenSeeds?: string } | null;
  aliases?: Record<string, number>;
  differences?: Difference[];
  warnings?: Finding[];
  prompt?: unknown;
  graph?: unknown;
  saved?: boolean;
  conversion?: unknown;
  hosts?: RunnableHost[];
  links?: Record<string, string>;
}

export interface WorkflowRow {
  name: string;
  version: number;
  etag?: string;
  updatedAt?: string;
}

export interface WorkflowList {
  workflows: WorkflowRow[];
  continuation?: string | null;
}

export interface VersionList {
  name: string;
  versions: { version: number; etag?: string; createdAt?: string }[];
}

export type HostState = "ready" | "warmingUp" | "draining" | "quarantined" | "offline";

export interface Host {
  id: string;
  url: string;
  state: HostState;
  reason?: string | null;
  retryAt?: string | null;
  warmUp?: string | null;
  slots: number;
  freeSlots?: number;
  labels?: Record<string, string>;
  leases?: { run: string; attempt: number; workflow: string; since: string; expectedSeconds?: number }[];
  queue?: { running?: number; pending?: number; foreign?: number };
  backlogSeconds?: number;
  models?: string[];
  modelSets?: number;
  times?: { workflows?: Record<string, number>; loads?: Record<string, number> };
  failures?: { nodes: number; losses: number; quarantines: number };
  headers?: string[];
  maxUploadBytes?: number | null;
  vramBytes?: number | null;
  comfyVersion?: string | null;
  catalogHash?: string | null;
  registeredAt?: string;
  lastSeenAt?: string | null;
  heartbeatAt?: string | null;
  pack?: {
    version?: string | null;
    queue?: { running?: number | null; pending?: number | null };
    vram?: { total?: number | null; free?: number | null };
    models?: Record<string, number>;
  } | null;
  sync?: { on: boolean; workflows?: Record<string, SyncedWorkflow> };
}

export interface SyncedWorkflow {
  version: number;
  state: "current" | "pending" | "failed" | "noGraph";
  reason?: string;
  at: string;
  keptAs?: string;
}

export interface HostList {
  hosts: Host[];
}

export interface Pool {
  waiting: number;
  running: number;
  slots: number;
  freeSlots?: number;
  oldestWaitSeconds?: number;
  backlogSeconds?: number;
  wantedHosts: number;
  hosts?: Record<string, number>;
  paused?: boolean;
}

export interface QueueHead {
  paused: boolean;
  pausedAt?: string | null;
  total: number;
}

export interface Waiting {
  run: string;
  workflow: string;
  version: number;
  client?: string;
  batch?: string;
  priority: number;
  position: number;
  since: string;
  startBy?: string;
  waitsFor: { code: string; message: string };
  expectedStartAt?: string | null;
}

export interface Queue extends QueueHead {
  waiting: Waiting[];
}

export interface StatNumbers {
  runs: number;
  succeeded: number;
  failed: number;
  canceled: number;
  expired: number;
  p50Ms?: number | null;
  p95Ms?: number | null;
  queueP50Ms?: number | null;
  queueP95Ms?: number | null;
  warmHits: number;
  coldLoads: number;
  cacheHits: number;
  gpuSeconds: number;
  outputBytes: number;
}

export interface Stats {
  from: string;
  to: string;
  bucketSeconds: number;
  totals: StatNumbers;
  buckets: ({ at: string } & StatNumbers)[];
  workflows: ({ workflow: string } & StatNumbers)[];
  failures: {
    workflow: string;
    code: string;
    node?: { class?: string; tag?: string } | null;
    message: string;
    count: number;
    lastAt: string;
    lastRun?: string;
  }[];
}

export interface Batch {
  id: string;
  workflow: string;
  version: number;
  status: "running" | "completed" | "canceling" | "canceled";
  createdAt?: string;
  total: number;
  progress?: number;
  runs: Partial<Record<RunStatus, number>>;
  client?: string;
  metadata?: Values;
  refused?: { index: number; errors?: { code?: string; pointer?: string | null; detail: string }[] }[];
  links?: Record<string, string>;
}

export interface BatchList {
  batches: Batch[];
  continuation?: string | null;
}

export interface Webhook {
  id: string;
  url: string;
  events: string[];
  workflow?: string | null;
  createdAt?: string;
  disabledAt?: string | null;
  secret?: string;
}

export interface WebhookSecret {
  secret: string;
  previousSecretUntil?: string | null;
}

export interface Key {
  id: string;
  client: string;
  role: Exclude<Role, "none">;
  workflows?: string[] | null;
  hosts?: string[] | null;
  createdAt?: string;
  key?: string;
}

export interface Usage {
  from: string;
  to: string;
  usage: { client: string; workflow: string; version: number; runs: number; succeeded?: number; gpuSeconds?: number; outputBytes?: number }[];
}

export interface Setting {
  name: string;
  value: string | null;
  secret: boolean;
  isSet?: boolean;
  source: string;
  default?: string | null;
}

export interface SettingList {
  settings: Setting[];
}

export interface Readiness {
  status: string;
  reason?: string;
  details?: {
    processes: {
      name: string;
      isThis: boolean;
      startedAt?: string;
      seenAt: string;
      canDrive: boolean;
      listensTo: string[];
      watches: number;
      signals: number;
      storageRequests: number;
      inHand: string[];
      sweeps: Record<string, string>;
    }[];
    hosts: { id: string; leases: number; listeners: number }[];
    canDrive: boolean;
    leases: number;
    watches: number;
    oldestUndrivenRun?: { id?: string; [more: string]: unknown } | string | null;
    lastSweeps: Record<string, string>;
  };
}

export interface CallExplanation {
  valid: boolean;
  errors?: { code?: string; pointer?: string | null; detail: string }[];
  workflow?: string;
  version?: number;
  warnings?: Finding[];
  changes?: { node: string; class?: string; tag?: string | null; input: string; from?: unknown; to?: unknown; files?: number }[];
  bypassed?: string[];
  seedsToDraw?: { node: string; input: string }[];
  hosts?: RunnableHost[];
}
