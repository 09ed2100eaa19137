/** The folder that fetched tools are kept in; several processes may fill it at the same time. */

import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../providers/lock.ts';
import { reasonOf, SetupError } from '../setup-error.ts';
import { isExecutableFile, probe } from './executable.ts';
import { reportGrowth } from './progress.ts';
import type { Fetcher, ResolvedTool, ResolveOptions, Tool } from './tool.ts';

/** `CRESCENDO_CACHE`, else `$XDG_CACHE_HOME/crescendo`, else `~/.cache/crescendo`. */
export function cacheDirectory(environment: NodeJS.ProcessEnv): string {
  if (environment['CRESCENDO_CACHE']) return environment['CRESCENDO_CACHE'];
  return join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'crescendo');
}

/**
 * The tool's pinned version from the cache, fetched first when it is not there or does not run.
 * @throws SetupError with every reason and the ways to install it by hand
 */
export async function fromCache(tool: Tool, options: ResolveOptions): Promise<ResolvedTool> {
  const root = join(cacheDirectory(options.environment ?? process.env), 'tools');
  // One home directory may serve machines of several kinds.
  const key = `${tool.name}-${tool.version}-${process.platform}-${process.arch}`;
  const path = join(root, key, tool.name);
  const cached = await tryCached(tool, path);
  if (cached) return cached;
  await mkdir(join(root, key), { recursive: true });
  const waiting = `waiting for another process that fetches ${tool.title} ${tool.version}`;
  return withLock(
    join(root, key),
    options.signal ?? new AbortController().signal,
    // Losing the lock meanwhile costs a second download, no more: files are moved in whole.
    async () => (await tryCached(tool, path)) ?? (await fetchInto(tool, root, key, path, options)),
    () => options.onProgress?.(waiting),
  );
}

async function tryCached(tool: Tool, path: string): Promise<ResolvedTool | undefined> {
  if (!(await isExecutableFile(path))) return undefined;
  try {
    return { path, version: await probe(tool, path), source: 'in the cache' };
  } catch {
    return undefined;
  }
}

async function fetchInto(
  tool: Tool,
  root: string,
  key: string,
  path: string,
  options: ResolveOptions,
): Promise<ResolvedTool> {
  await removeLeftovers(root, key);
  const reasons: string[] = [];
  for (const fetcher of tool.fetchers) {
    const scratch = join(root, `.${key}-${randomUUID()}`);
    try {
      await mkdir(scratch);
      const version = await fetchChecked(tool, fetcher, scratch, path, options);
      return { path, version, source: `fetched with ${fetcher.name} into the cache` };
    } catch (error) {
      options.signal?.throwIfAborted();
      reasons.push(`${fetcher.name}: ${reasonOf(error)}`);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  throw missing(tool, reasons);
}

async function fetchChecked(
  tool: Tool,
  fetcher: Fetcher,
  scratch: string,
  path: string,
  options: ResolveOptions,
): Promise<string> {
  const what = `fetching ${tool.title} ${tool.version} with ${fetcher.name}`;
  const report = options.onProgress ?? (() => undefined);
  const file = await reportGrowth(what, scratch, report, () => {
    const environment = options.environment ?? process.env;
    return fetcher.fetch(scratch, { environment, signal: options.signal });
  });
  await chmod(file, 0o755);
  const version = await probe(tool, file);
  await rename(file, path);
  return version;
}

/** What a killed process left behind. We hold the lock, so nobody works in it. */
async function removeLeftovers(root: string, key: string): Promise<void> {
  const names = (await readdir(root)).filter((name) => name.startsWith(`.${key}-`));
  await Promise.all(names.map((name) => rm(join(root, name), { recursive: true, force: true })));
}

function missing(tool: Tool, reasons: string[]): SetupError {
  const message = `${tool.title} is not on PATH and could not be fetched (${reasons.join('; ')})`;
  const ways = tool.install.map((line) => `  ${line}`).join('\n');
  return new SetupError(message, `Install it in one of these ways:\n${ways}`);
}
