/** Who is acting: a token for this tab, or a name for this browser when the server asks for none. */

import type { Problem } from './problem.ts';

export interface Session {
  /** Kept until the tab is closed. */
  token: string | null;
  /** Who to be on record as, when the server has no tokens. */
  actor: string | null;
  /** The server's refusal, as long as it stands. */
  refused: Problem | null;
}

/** What the server accepts as a name, and a header can carry. */
export const actorPattern = '[\\x20-\\x7E]{1,100}';

const tokenKey = 'crescendo.token';
const actorKey = 'crescendo.actor';

let current: Session = {
  token: read(() => sessionStorage, tokenKey),
  actor: acceptableName(read(() => localStorage, actorKey)),
  refused: null,
};
const listeners = new Set<() => void>();

export function session(): Session {
  return current;
}

export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Null forgets it. */
export function setToken(token: string | null): void {
  write(() => sessionStorage, tokenKey, token);
  change({ token, refused: null });
}

/** Null, or what is no acceptable name, forgets it. */
export function setActor(name: string | null): void {
  const actor = acceptableName(name);
  write(() => localStorage, actorKey, actor);
  change({ actor });
}

/** The server does not let us in; cleared by a token it accepts. */
export function refuse(problem: Problem | null): void {
  if (current.refused?.detail !== problem?.detail) change({ refused: problem });
}

function acceptableName(name: string | null): string | null {
  const trimmed = name?.trim() ?? '';
  return new RegExp(`^${actorPattern}$`).test(trimmed) ? trimmed : null;
}

function change(part: Partial<Session>): void {
  current = { ...current, ...part };
  for (const listener of listeners) listener();
}

// A browser may refuse storage altogether; the page then remembers until it is closed.
function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: string | null): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // See above.
  }
}
