import { get, key } from "./api";
import { reconnect } from "./live";
import { Problem } from "./problem";
import { Store } from "./store";
import type { Me, Role } from "./types";

/** Who the caller is: not known yet, nobody (a key is needed), somebody, or the server cannot be reached. */
export type Session =
  { is: "unknown" } | { is: "nobody"; problem: Problem | null } | { is: "known"; me: Me } | { is: "cut"; problem: Problem };

export const session = new Store<Session>({ is: "unknown" });

const RANKS: Record<Role, number> = { none: 0, host: 0, run: 1, author: 2, admin: 3 };

/** Whether the caller may do what this role may. What may not be done is not offered. */
export function may(role: "run" | "author" | "admin"): boolean {
  return session.value.is === "known" && RANKS[session.value.me.role] >= RANKS[role];
}

/** Asks the server who the caller is. A key that it does not know is forgotten. */
export async function start(): Promise<void> {
  const hadKey = key.value !== null;
  try {
    session.set({ is: "known", me: await get<Me>("me") });
  } catch (error) {
    const problem = Problem.of(error);
    if (problem.status === 401) {
      key.set(null);
    }

    session.set(problem.status === 401 ? { is: "nobody", problem: hadKey ? problem : null } : { is: "cut", problem });
  }
}

export async function signIn(said: string): Promise<void> {
  key.set(said);
  await start();
  reconnect();
}

export function signOut(): void {
  key.set(null);
  session.set({ is: "unknown" });
  void start().then(reconnect);
}
