/** The four ends, and what comes before them. */
export type RunStatus = "queued" | "running" | "canceling" | "succeeded" | "failed" | "canceled" | "expired" | (string & {});

export interface ComfyFuncOptions {
  /** Where the server is, with or without `/api`. */
  baseUrl: string | URL;
  /** A caller's key. */
  key?: string;
  /** On Azure: a key of the function app. */
  functionKey?: string;
  /** Sent with every request. */
  headers?: Record<string, string>;
  fetch?: typeof fetch;
}

/** A file: from a path (in Node), or content with a name. */
export interface NamedFile {
  readonly name?: string;
}

export type FileValue = NamedFile | Blob | ArrayBuffer | ArrayBufferView | ReadableStream | NodeJS_ReadableStream;

interface NodeJS_ReadableStream extends AsyncIterable<unknown> {
  pipe(...args: any[]): any;
}

/** `{tag: {input: value}}`, `{tag: false}` to bypass a node; files wherever a file goes. */
export type Values = Record<string, unknown>;

/** `"base64"` for files inline, or images in another format or size. */
export type OutputView = "url" | "base64" | { form?: "url" | "base64"; format?: "png" | "jpeg" | "webp"; quality?: number; width?: number; height?: number; strip?: "metadata" };

export interface CallOptions {
  version?: number | string;
  metadata?: Record<string, unknown>;
  priority?: number;
  /** Seconds. */
  startWithin?: number;
  /** Seconds. */
  finishWithin?: number;
  webhook?: string;
  webhookEvents?: string[];
  labels?: Record<string, string>;
  minVramGb?: number;
  output?: OutputView;
  signal?: AbortSignal;
}

export interface SubmitOptions extends CallOptions {
  /** Drawn unless given: a call that is repeated under it makes no second run. */
  idempotencyKey?: string;
  /** No result of an earlier call. */
  fresh?: boolean;
}

export interface FollowOptions {
  onProgress?(event: StatusEvent | ProgressEvent): void;
  onPreview?(event: PreviewEvent): void;
  signal?: AbortSignal;
  /** Whether the run is canceled when the signal says stop. */
  cancelOnAbort?: boolean;
}

export interface RunOptions extends SubmitOptions, FollowOptions {
  /** Seconds, for everything; then the run is canceled, and the error's code is `timeout`. */
  timeout?: number;
}

export interface Progress {
  /** 0 to 1. */
  value: number;
  nodesDone?: number;
  nodesTotal?: number;
  node?: string;
  step?: number;
  steps?: number;
}

export interface StatusEvent {
  type: "status";
  id: string;
  status: RunStatus;
  host?: string;
  /** With the last event. */
  run?: Run;
}

export interface ProgressEvent extends Progress {
  type: "progress";
  id: string;
  status: RunStatus;
}

export interface PreviewEvent {
  type: "preview";
  id: string;
  status: RunStatus;
  contentType: string;
  content: Uint8Array;
}

export type RunEvent = StatusEvent | ProgressEvent | PreviewEvent;

export declare class Output {
  readonly type: string;
  readonly name?: string;
  readonly contentType?: string;
  /** The size. */
  readonly bytes?: number;
  readonly width?: number;
  readonly height?: number;
  readonly sha256?: string;
  readonly url?: string;
  readonly text?: string;
  readonly base64?: string;
  readonly [member: string]: any;
  download(options?: { signal?: AbortSignal }): Promise<ReadableStream<Uint8Array>>;
  content(options?: { signal?: AbortSignal }): Promise<Uint8Array>;
  blob(options?: { signal?: AbortSignal }): Promise<Blob>;
  /** In Node. */
  save(path: string, options?: { signal?: AbortSignal }): Promise<void>;
}

export declare class Run {
  readonly id: string;
  readonly workflow: string;
  readonly version: number;
  readonly status: RunStatus;
  readonly isDone: boolean;
  readonly outputs: Record<string, Output[]>;
  readonly progress?: Progress;
  readonly queuePosition?: number;
  readonly seeds?: { node: string; input: string; value: number; tag?: string; origin?: string }[];
  readonly error?: { code: string; message: string; retryable?: boolean; node?: { id: string; class?: string; tag?: string } };
  readonly metadata?: any;
  /** What else the server shows. */
  readonly [member: string]: any;
}

export declare class RunHandle {
  readonly id: string;
  status(options?: { signal?: AbortSignal }): Promise<Run>;
  events(options?: { previews?: boolean; signal?: AbortSignal }): AsyncGenerator<RunEvent, void>;
  result(options?: FollowOptions): Promise<Run>;
  cancel(options?: { wait?: number; signal?: AbortSignal }): Promise<Run>;
}

export interface Batch {
  id: string;
  status: "running" | "completed" | "canceling" | "canceled" | (string & {});
  total: number;
  /** 0 to 1. */
  progress: number;
  refused: { index: number; errors: { code?: string; pointer?: string; detail: string }[] }[];
  [member: string]: any;
}

export interface BatchOptions extends CallOptions {
  onProgress?(batch: Batch): void;
  cancelOnAbort?: boolean;
}

export type BatchInputs = Values[] | { matrix: Record<string, Record<string, unknown[]>>; input?: Values };

export declare class BatchHandle {
  readonly id: string;
  status(options?: { signal?: AbortSignal }): Promise<Batch>;
  runs(options?: { signal?: AbortSignal }): Promise<Run[]>;
  result(options?: { onProgress?(batch: Batch): void; signal?: AbortSignal; cancelOnAbort?: boolean }): Promise<Omit<Batch, "runs"> & { runs: Run[] }>;
  cancel(options?: { signal?: AbortSignal }): Promise<Batch>;
}

export interface Explanation {
  valid: boolean;
  errors?: { code?: string; pointer?: string; detail: string }[];
  [member: string]: any;
}

/** One server that serves workflows. */
export declare class ComfyFunc {
  constructor(options: ComfyFuncOptions | string | URL);
  run(name: string, values?: Values, options?: RunOptions): Promise<Run>;
  submit(name: string, values?: Values, options?: SubmitOptions & { cancelOnAbort?: boolean }): Promise<RunHandle>;
  subscribe(name: string, values?: Values, options?: SubmitOptions & { previews?: boolean }): AsyncGenerator<RunEvent, void>;
  validate(name: string, values?: Values, options?: CallOptions): Promise<Explanation>;
  batch(name: string, inputs: BatchInputs, options?: BatchOptions): Promise<Omit<Batch, "runs"> & { runs: Run[] }>;
  submitBatch(name: string, inputs: BatchInputs, options?: CallOptions): Promise<BatchHandle>;
  get(id: string, options?: { output?: OutputView; wait?: number; signal?: AbortSignal }): Promise<Run>;
  list(filters?: { workflow?: string; status?: RunStatus; batch?: string; limit?: number; signal?: AbortSignal } & Record<string, any>): AsyncGenerator<Run, void>;
  retry(id: string, options?: { signal?: AbortSignal }): Promise<RunHandle>;
  handle(id: string): RunHandle;
  upload(source: FileValue, options?: { signal?: AbortSignal }): Promise<string>;
}

export declare class ComfyFuncError extends Error {
  readonly code: string;
  /** The HTTP status, where the server refused. */
  readonly status?: number;
  readonly errors: { pointer?: string; detail: string }[];
  readonly retryable: boolean;
  readonly traceId?: string;
  /** The run that did not succeed. */
  readonly run?: Run;
}

export declare function file(source: string | URL | FileValue, name?: string): NamedFile;

export interface WebhookEvent {
  type: string;
  timestamp: string;
  data: { id: string; workflow: string; version: number; status: RunStatus; [member: string]: any };
}

export declare function verifyWebhook(
  body: string | Uint8Array,
  headers: Headers | Record<string, string | string[] | undefined>,
  secrets: string | string[],
  options?: { tolerance?: number; now?: number },
): Promise<WebhookEvent>;

export declare const VERSION: string;
