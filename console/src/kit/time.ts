import { useEffect } from "preact/hooks";
import { Store, useStore } from "./store";

/** Times as people read them. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 12 ms, 3.4 s, 2 m 05 s, 1 h 04 m, 3 d 2 h. */
export function duration(ms: number): string {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  if (ms < SECOND - 0.5) {
    return `${Math.max(0, Math.round(ms))} ms`;
  }

  if (ms < MINUTE - 50) {
    return `${(ms / SECOND).toFixed(ms < 10 * SECOND ? 2 : 1)} s`;
  }

  if (ms < HOUR) {
    return `${Math.floor(ms / MINUTE)} m ${two((ms % MINUTE) / SECOND)} s`;
  }

  return ms < DAY
    ? `${Math.floor(ms / HOUR)} h ${two((ms % HOUR) / MINUTE)} m`
    : `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`;
}

/** now, 12 s ago, 5 m ago, 3 h ago, 2 d ago; in 5 m for what is to come. */
export function ago(at: string, now: number): string {
  const past = now - Date.parse(at);
  const size = Math.abs(past);
  if (size < 2 * SECOND) {
    return "now";
  }

  // What is rounded up to the next unit is told in it.
  const text =
    size < MINUTE - SECOND / 2
      ? `${Math.round(size / SECOND)} s`
      : size < HOUR - MINUTE / 2
        ? `${Math.round(size / MINUTE)} m`
        : size < DAY - HOUR / 2
          ? `${Math.round(size / HOUR)} h`
          : `${Math.round(size / DAY)} d`;
  return past >= 0 ? `${text} ago` : `in ${text}`;
}

const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DATE = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

export const moment = (at: string | number): string => WHOLE.format(new Date(at));

export const clock = (at: string | number): string => CLOCK.format(new Date(at));

export const date = (at: string | number): string => DATE.format(new Date(at));

const now = new Store(Date.now());
let watchers = 0;
let timer = 0;

/** The time, once a second, for as long as somebody shows one. */
export function useNow(): number {
  useEffect(() => {
    if (++watchers === 1) {
      now.set(Date.now());
      timer = setInterval(() => document.hidden || now.set(Date.now()), SECOND);
    }

    return () => {
      if (--watchers === 0) {
        clearInterval(timer);
      }
    };
  }, []);
  return useStore(now);
}
