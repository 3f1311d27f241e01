import { Problem } from "../kit/problem";
import { send } from "../kit/api";
import { Store } from "../kit/store";
import { bytes } from "../kit/text";

/** A file that this tab brought ahead, by the reference that calls use. */
export interface FileInfo {
  name: string;
  type: string;
  bytes?: number;

  /** A small picture as a data: URL, or where the file can be played from in this tab. */
  preview?: string;
}

/** A file on its way. */
export interface Sending {
  id: number;
  name: string;
  progress: number;
  problem: Problem | null;
}

const KEY = "comfyfunc.files";
const KEPT = 60;
const INLINE_MOST = 16 * 1024 * 1024;
const PREVIEW = 320;

const infos = new Map<string, FileInfo>(read());

function read(): [string, FileInfo][] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]") as [string, FileInfo][];
  } catch {
    return [];
  }
}

export const infoOf = (ref: unknown): FileInfo | undefined => (typeof ref === "string" ? infos.get(ref) : undefined);

/** Remembers what a reference is, for who sees it in a form. */
export function remember(ref: string, info: FileInfo): void {
  infos.set(ref, info);
  const told = [...infos].slice(-KEPT).map(([r, i]) => [r, i.preview?.startsWith("blob:") ? { ...i, preview: undefined } : i]);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(told));
  } catch {
    // The pictures are only a help.
  }
}

const sendings = new Map<string, Store<readonly Sending[]>>();

/** How many files are on their way, of all forms. */
export const sendingCount = new Store(0);

export function sendingTo(place: string): Store<readonly Sending[]> {
  const store = sendings.get(place) ?? new Store<readonly Sending[]>([]);
  sendings.set(place, store);
  return store;
}

export const forget = (place: string, id: number): void => {
  const store = sendingTo(place);
  store.set(store.value.filter((s) => s.id !== id));
};

let last = 0;

/** Sends a file ahead, whatever becomes of the page, and answers the value that names it in calls; null where it was refused. */
export async function bring(place: string, file: File): Promise<unknown> {
  const store = sendingTo(place);
  const one: Sending = { id: ++last, name: file.name, progress: 0, problem: null };
  const change = (to: Partial<Sending>): void => store.set(store.value.map((s) => (s.id === one.id ? { ...s, ...to } : s)));
  store.set([...store.value, one]);
  sendingCount.set(sendingCount.value + 1);
  try {
    const [value, preview] = await Promise.all([upload(file, (progress) => change({ progress })), previewOf(file)]);
    remember(keyOf(value), { name: file.name, type: file.type, bytes: file.size, ...(preview !== null && { preview }) });
    forget(place, one.id);
    return value;
  } catch (error) {
    change({ problem: Problem.of(error) });
    return null;
  } finally {
    sendingCount.set(sendingCount.value - 1);
  }
}

/** What is remembered of a value: inline content is known by its name. */
export const keyOf = (value: unknown): string => (typeof value === "string" ? value : `inline:${(value as { name?: string })?.name ?? ""}`);

interface Upload {
  ref: string;
  method: string;
  url: string;
  headers?: Record<string, string>;
  maxBytes?: number;
}

async function upload(file: File, onProgress: (part: number) => void): Promise<unknown> {
  const to = await send<Upload>({ method: "POST", path: "uploads" });
  if (to.maxBytes !== undefined && file.size > to.maxBytes) {
    throw new Problem(413, `${file.name} is too large.`, "", `It has ${bytes(file.size)}; ${bytes(to.maxBytes)} is the most.`);
  }

  try {
    await put(to, file, onProgress);
    return to.ref;
  } catch (error) {
    // A storage of another origin may let no page in; what is small goes with the call.
    if (error instanceof Problem && error.status === 0 && file.size <= INLINE_MOST) {
      return { type: "file", name: file.name, content: await base64Of(file) };
    }

    throw error;
  }
}

/** Unlike fetch, a request of this kind tells how far it is. */
function put(to: Upload, file: File, onProgress: (part: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(to.method, to.url);
    for (const [name, value] of Object.entries(to.headers ?? {})) {
      request.setRequestHeader(name, value);
    }

    request.upload.onprogress = (e) => onProgress(e.loaded / Math.max(1, e.total));
    request.onload = () =>
      request.status < 300 ? resolve() : reject(new Problem(request.status, `${file.name} was not taken.`, "", request.responseText.slice(0, 400)));
    request.onerror = () => reject(new Problem(0, `${file.name} could not be sent.`, "", "The storage does not answer this page."));
    request.send(file);
  });
}

const base64Of = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });

async function previewOf(file: File): Promise<string | null> {
  if (/^(video|audio)\//.test(file.type)) {
    return URL.createObjectURL(file);
  }

  if (!file.type.startsWith("image/")) {
    return null;
  }

  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, PREVIEW / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return canvas.toDataURL("image/webp", 0.8);
  } catch {
    return null;
  }
}

/** What files a kind of input takes, as a file dialog says it. */
export const acceptOf = (upload: string | undefined): string =>
  ({ image: "image/*", mask: "image/*", video: "video/*,image/gif,image/webp", audio: "audio/*,video/*", "3d": ".glb,.gltf,.obj,.stl,.ply,.fbx,.usdz", latent: ".latent" })[
    upload ?? ""
  ] ?? "";
