/** Where the server is and with which token: flag, then environment, then context, then default. */

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { usage } from './failure.ts';

const defaultServer = 'http://127.0.0.1:8080';

/** A server by name, in the configuration file. */
interface Context {
  server: string;
  token?: string | undefined;
}

export interface ConfigFile {
  /** The context in use. */
  current: string | null;
  contexts: Record<string, Context>;
}

export interface Settings {
  /** Without a trailing slash. */
  server: string;
  token: string | null;
  /** Who acts, for servers that need no token. */
  actor: string;
  /** Where the address came from, for error messages. */
  from: string;
}

export interface SettingsFlags {
  server?: string | undefined;
  token?: string | undefined;
  context?: string | undefined;
}

type Env = Record<string, string | undefined>;

/** `$CRESCENDO_CONFIG`, else `crescendo/config.json` in the user's configuration folder. */
export function configPath(env: Env): string {
  if (env['CRESCENDO_CONFIG']) return env['CRESCENDO_CONFIG'];
  const folder = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return join(folder, 'crescendo', 'config.json');
}

/** The file's contents; empty when there is none. @throws Failure when it cannot be understood */
export async function readConfig(env: Env): Promise<ConfigFile> {
  const path = configPath(env);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw usage(`${path} cannot be read: ${error.code}`, `Check its permissions: ls -l ${path}`);
  });
  if (text === null) return { current: null, contexts: {} };
  const parsed = parse(text);
  if (parsed) return parsed;
  throw usage(`${path} is no valid configuration file`, `Correct it, or start anew: rm ${path}`);
}

function parse(text: string): ConfigFile | null {
  try {
    const { current = null, contexts = {} } = JSON.parse(text) as Partial<ConfigFile>;
    const valid = Object.values(contexts).every((context) => typeof context?.server === 'string');
    return valid && (current === null || typeof current === 'string')
      ? { current, contexts }
      : null;
  } catch {
    return null;
  }
}

/** What holds for this call. @throws Failure (usage) for an unknown context or a bad address */
export async function resolveSettings(
  flags: SettingsFlags,
  env: Env,
  user: string,
): Promise<Settings> {
  const context = await contextFor(flags, env);
  const explicit = flags.server ?? (env['CRESCENDO_SERVER'] || undefined);
  const server = checkAddress(explicit ?? context?.server ?? defaultServer);
  // A context's token belongs to its own server and is told to no other.
  const own = context && checkAddress(context.server) === server ? context.token : undefined;
  const token = flags.token ?? (env['CRESCENDO_TOKEN'] || own || null);
  const from = flags.server
    ? '--server'
    : explicit
      ? 'CRESCENDO_SERVER'
      : context
        ? `context "${context.name}"`
        : 'the default';
  return { server, token, actor: env['CRESCENDO_ACTOR'] || user, from };
}

async function contextFor(flags: SettingsFlags, env: Env) {
  const file = await readConfig(env);
  const name = flags.context ?? (env['CRESCENDO_CONTEXT'] || file.current);
  if (name === null) return null;
  const context = Object.hasOwn(file.contexts, name) ? file.contexts[name] : undefined;
  if (context) return { ...context, name };
  const known = Object.keys(file.contexts).join(', ') || 'none';
  throw usage(`there is no context "${name}" (known: ${known})`, 'Run `crescendo context list`.');
}

/** The address without a trailing slash. @throws Failure (usage) when it is no HTTP address */
export function checkAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '') {
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  }
  throw usage(`"${text}" is no server address`, `Write it like ${defaultServer}`);
}
