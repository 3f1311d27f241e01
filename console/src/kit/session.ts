import { functionKey, get, key } from "./api";
import { reconnect } from "./live";
import { Problem } from "./problem";
import { Store } from "./store";
import type { Me, Role } from "./types";

/** Who the caller is: not known yet, nobody (a key is needed, for the server or for the platform before it), somebody, or the server cannot be reached. */
export type Session =
  { is: "unknown" } | { is: "nobody"; problem: Problem | null; isPlatform: boolean } | { is: "known"; me: Me } | { is: "cut"; problem: Problem };

export const session = new Store<Session>({ is: "unknown" });

const RANKS: Record<Role, number> = { none: 0, host: 0, run: 1, author: 2, admin: 3 };

/** Whether the caller may do what this role may. What may not be done is not offered. */
export function may(role: "run" | "author" | "admin"): boolean {
  return session.value.is === "known" && RANKS[session.value.me.role] >= RANKS[role];
}

/** Asks the server who the caller is. A key that it does not know is forgotten. */
export async function start(): Promise<void> {
  try {
    session.set({ is: "known", me: await get<Me>("me") });
  } catch (error) {
    const problem = Problem.of(error);
    if (problem.status !== 401) {
      session.set({ is: "cut", problem });
      return;
    }

    // The server's own refusals have a code.
    const isPlatform = problem.code === "";
    const wrong = isPlatform ? functionKey : key;
    session.set({ is: "nobody", problem: wrong.value === null ? null : problem, isPlatform });
    wrong.set(null);
  }
}

export async function signIn(said: string, isPlatform: boolean): Promise<void> {
  (isPlatform ? functionKey : key).set(said);
  await start();
  reconnect();
}

/** Whether the tab is being left for good: nothing is kept any more. */
export const leaving = { is: false };

/** Forgets the keys and all that was filled in, in this tab's storage and in its memory. */
export function signOut(): void {
  leaving.is = true;
  sessionStorage.clear();
  location.reload();
}
