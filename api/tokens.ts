/** Tokens: who acts with each, in which roles, and what it lets them do. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** What a token may be good for. `admin` is everything; whoever may do something may also read. */
export const allScopes = ['read', 'release', 'approve', 'admin'] as const;
export type Scope = (typeof allScopes)[number];

export interface Token {
  /** The actor that a request with this token acts as. */
  actor: string;
  /** Of the token, in hexadecimal: the token itself is kept nowhere. */
  sha256: string;
  /** What gates may ask for. */
  roles: string[];
  scopes: readonly Scope[];
}

const entrySchema = z
  .strictObject({
    actor: z.string().regex(/^\S{1,100}$/, 'a name of 1 to 100 characters without spaces'),
    token: z.string().min(1).optional(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits')
      .optional(),
    roles: z.array(z.string().min(1).max(100)).max(50).default([]),
    scopes: z.array(z.enum(allScopes)).min(1).default(['admin']),
  })
  .refine(({ token, sha256 }) => (token === undefined) !== (sha256 === undefined), {
    message: 'give either `token` or `sha256`',
  })
  .transform(({ token, sha256, ...rest }): Token => {
    return { ...rest, sha256: sha256 ?? digestOf(token ?? '') };
  });

interface TokenSources {
  /** The token of the actor `operator`. */
  single: string | undefined;
  /** `jane:secret,bot:other`, or a JSON list of entries. */
  several: string | undefined;
  /** Path of a YAML or JSON file with a list of entries. */
  file: string | undefined;
}

/** All tokens. Throws an Error that names the setting and what is wrong, and never a token. */
export function readTokens({ single, several, file }: TokenSources): Token[] {
  const operator = single ? [{ ...full, actor: 'operator', sha256: digestOf(single) }] : [];
  const named = several?.trim().startsWith('[')
    ? entriesOf('CRESCENDO_TOKENS', several)
    : pairsOf(several ?? '');
  const filed = file ? entriesOf('CRESCENDO_TOKENS_FILE', textOf(file)) : [];
  const tokens = [...operator, ...named, ...filed];
  if (new Set(tokens.map(({ sha256 }) => sha256)).size < tokens.length) {
    throw new Error('CRESCENDO_TOKENS: two actors have the same token');
  }
  return tokens;
}

export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** True when these scopes are enough for something that needs one of `needed`. */
export function covers(scopes: readonly Scope[], needed: readonly Scope[]): boolean {
  if (scopes.includes('admin') || needed.includes('read')) return true;
  return needed.some((scope) => scopes.includes(scope));
}

const full = { roles: [], scopes: ['admin'] } satisfies Pick<Token, 'roles' | 'scopes'>;

function pairsOf(text: string): Token[] {
  const entries = text.split(',').map((entry) => entry.trim());
  return entries.filter(Boolean).map((entry, index) => {
    const [, actor, token] = /^([^\s:]{1,100}):(\S+)$/.exec(entry) ?? [];
    if (actor && token) return { ...full, actor, sha256: digestOf(token) };
    throw new Error(`CRESCENDO_TOKENS: entry ${index + 1} is not of the form name:token`);
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`CRESCENDO_TOKENS_FILE: ${path} cannot be read: ${code}`, { cause: error });
  }
}

/** What went wrong is told by place only: the text around it may be a token. */
function entriesOf(setting: string, text: string): Token[] {
  const result = z.array(entrySchema).safeParse(listIn(setting, text));
  if (result.success) return result.data;
  const list = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`${setting}: ${list.join('; ')}`);
}

function listIn(setting: string, text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    throw new Error(`${setting}: neither YAML nor JSON`);
  }
}
