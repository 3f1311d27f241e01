import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get, respond } from "../kit/api";
import { path } from "../kit/call";
import { parseJson } from "../kit/json";
import { Problem } from "../kit/problem";
import { readEvents } from "../kit/sse";
import type { Progress, Run } from "../kit/types";
import { isOpen } from "../runs/filter";
import type { NodeTime } from "./timeline";

/** A run as it happens. */
export interface Followed {
  run: Run | undefined;
  problem: Problem | null;
  reload: () => void;
  set: (run: Run) => void;

  /** A picture of the work in progress, as a data URL. */
  preview: string | null;

  /** What was seen of its nodes; nothing of what was before the page looked. */
  nodes: NodeTime[];
}

const LINKS_LAST = 55 * 60_000;
const RETRY = 2000;

/** Reads a run, and follows it by its own stream of events until it has ended. */
export function useRun(id: string): Followed {
  const [run, setRun] = useState<Run | undefined>(undefined);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [preview, setPreview] = useState<string | null>(null);
  const [nodes, setNodes] = useState<NodeTime[]>([]);
  const latest = useRef(run);
  latest.current = run;

  const reload = useCallback(async () => {
    try {
      setRun(await get<Run>(path`runs/${id}`));
      setProblem(null);
    } catch (error) {
      setProblem(Problem.of(error));
    }
  }, [id]);

  useEffect(() => void reload(), [reload]);

  const isFollowed = run !== undefined && isOpen(run.status);
  useEffect(() => {
    if (!isFollowed) {
      return undefined;
    }

    const stop = new AbortController();
    void follow(id, stop.signal, {
      onStatus: (said) => setRun((r) => (r === undefined ? r : { ...r, ...said })),
      onProgress: (progress) => {
        setRun((r) => (r === undefined ? r : { ...r, progress }));
        setNodes((all) => seen(all, progress.node, Date.now()));
      },
      onPreview: setPreview,
      onEnd: () => void reload(),
    });
    return () => stop.abort();
  }, [id, isFollowed]);

  useEffect(() => {
    if (run !== undefined && !isOpen(run.status)) {
      setPreview(null);
      setNodes((all) => seen(all, undefined, run.completedAt === undefined ? Date.now() : Date.parse(run.completedAt)));
    }
  }, [run?.status]);

  // Links to outputs expire: they are asked for anew before.
  useEffect(() => {
    const timer = setInterval(() => void reload(), LINKS_LAST);
    return () => clearInterval(timer);
  }, [reload]);

  return { run, problem, reload: () => void reload(), set: setRun, preview, nodes };
}

/** The nodes with the one that executes now: it begins when it is first heard of, and the one before ends. */
function seen(all: NodeTime[], node: string | undefined, now: number): NodeTime[] {
  const last = all.at(-1);
  if (last !== undefined && last.to === null && last.node === node) {
    return all;
  }

  const ended = all.map((n) => (n.to === null ? { ...n, to: now } : n));
  return node === undefined ? ended : [...ended, { node, from: now, to: null }];
}

interface Heard {
  onStatus: (said: Partial<Run>) => void;
  onProgress: (progress: Progress) => void;
  onPreview: (url: string) => void;
  onEnd: () => void;
}

/** Follows the run's events from the last one that was heard, however often the stream is cut. */
async function follow(id: string, signal: AbortSignal, heard: Heard): Promise<void> {
  let last = "";
  while (!signal.aborted) {
    try {
      const headers: Record<string, string> = last === "" ? {} : { "Last-Event-ID": last };
      const response = await respond({ method: "GET", path: path`runs/${id}/events`, query: { previews: true }, headers }, signal);
      if (response.status === 204) {
        heard.onEnd();
        return;
      }

      for await (const event of readEvents(response)) {
        last = event.id ?? last;
        if (event.event === "status") {
          const said = parseJson(event.data) as Partial<Run>;
          if (said.status !== undefined && !isOpen(said.status)) {
            heard.onStatus(said);
            heard.onEnd();
            return;
          }

          const { id: _, ...rest } = said;
          heard.onStatus(rest);
        } else if (event.event === "progress") {
          heard.onProgress(parseJson(event.data) as Progress);
        } else if (event.event === "preview") {
          const { contentType, base64 } = JSON.parse(event.data) as { contentType: string; base64: string };
          if (/^image\/[\w.+-]+$/.test(contentType)) {
            heard.onPreview(`data:${contentType};base64,${base64}`);
          }
        }
      }
    } catch (error) {
      if (error instanceof Problem && error.status === 404) {
        heard.onEnd();
        return;
      }
    }

    // The stream ends after some minutes, or was cut.
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  }
}
