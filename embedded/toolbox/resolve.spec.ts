import { mkdir, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SetupError } from '../setup-error.ts';
import { resolveTool } from './resolve.ts';
import {
  aTool,
  failingFetcher,
  scriptFetcher,
  temporaryFolder,
  writeScript,
} from '../../test/support/fake-tools.ts';

async function anEnvironment(...folders: string[]) {
  const cache = await temporaryFolder();
  // The scripts need a shell and nothing else.
  return { CRESCENDO_CACHE: cache, PATH: folders.join(delimiter) };
}

describe('embedded/toolbox/resolve', () => {
  it('takes the path of the options before everything else', async () => {
    const folder = await temporaryFolder();
    const wanted = await writeScript(join(folder, 'my', 'hammer-9'), 'hammer 9.0');
    const onPath = await writeScript(join(folder, 'bin', 'hammer'), 'hammer 1.0');
    const environment = {
      ...(await anEnvironment(join(folder, 'bin'))),
      CRESCENDO_HAMMER: onPath,
    };
    const found = await resolveTool(aTool(), { path: wanted, environment });
    expect(found).toEqual({ path: wanted, version: '9.0', source: 'named by an option' });
  });

  it('takes the variable before PATH', async () => {
    const folder = await temporaryFolder();
    const wanted = await writeScript(join(folder, 'mine'), 'hammer 3.0');
    await writeScript(join(folder, 'bin', 'hammer'), 'hammer 1.0');
    const environment = {
      ...(await anEnvironment(join(folder, 'bin'))),
      CRESCENDO_HAMMER: wanted,
    };
    const found = await resolveTool(aTool(), { environment });
    expect(found).toEqual({ path: wanted, version: '3.0', source: 'named by CRESCENDO_HAMMER' });
  });

  it.each([
    ['is not there', async (folder: string) => join(folder, 'nothing'), 'ENOENT'],
    ['fails', (folder: string) => writeScript(join(folder, 'a'), 'oh no', 3), 'exit code 3'],
    [
      'is something else',
      (folder: string) => writeScript(join(folder, 'a'), 'saw 1'),
      'said: saw 1',
    ],
  ])('refuses a named tool that %s, though PATH has a good one', async (_, make, reason) => {
    const folder = await temporaryFolder();
    await writeScript(join(folder, 'bin', 'hammer'), 'hammer 1.0');
    const environment = {
      ...(await anEnvironment(join(folder, 'bin'))),
      CRESCENDO_HAMMER: await make(folder),
    };
    const refusal = resolveTool(aTool(scriptFetcher('shop', 'hammer 2.0.0')), { environment });
    await expect(refusal).rejects.toThrow(SetupError);
    await expect(refusal).rejects.toThrow(reason);
  });

  it('takes the first on PATH that runs, and says which it passed over', async () => {
    const folder = await temporaryFolder();
    await writeScript(join(folder, 'broken', 'hammer'), 'hammer: not installed', 127);
    await mkdir(join(folder, 'folder', 'hammer'), { recursive: true });
    const good = await writeScript(join(folder, 'good', 'hammer'), 'hammer 1.5');
    const environment = await anEnvironment(
      join(folder, 'broken'),
      join(folder, 'folder'),
      join(folder, 'good'),
    );
    const said: string[] = [];
    const onProgress = (sentence: string) => said.push(sentence);
    const found = await resolveTool(aTool(), { environment, onProgress });
    expect(found).toEqual({ path: good, version: '1.5', source: 'on PATH' });
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(join(folder, 'broken', 'hammer'));
  });

  it('fetches once, then answers from the cache', async () => {
    const environment = await anEnvironment();
    const fetcher = scriptFetcher('shop', 'hammer 2.0.0');
    const first = await resolveTool(aTool(fetcher), { environment });
    const second = await resolveTool(aTool(fetcher), { environment });
    expect(first.source).toBe('fetched with shop into the cache');
    expect(second).toEqual({ ...first, source: 'in the cache' });
    expect(fetcher.calls).toBe(1);
  });

  it('fetches once when five ask at the same time, and leaves no scratch files', async () => {
    const environment = await anEnvironment();
    const fetcher = scriptFetcher('shop', 'hammer 2.0.0');
    const ask = () => resolveTool(aTool(fetcher), { environment });
    const found = await Promise.all([ask(), ask(), ask(), ask(), ask()]);
    expect(new Set(found.map((tool) => tool.path)).size).toBe(1);
    expect(fetcher.calls).toBe(1);
    const left = await readdir(join(environment.CRESCENDO_CACHE, 'tools'));
    expect(left).toEqual([`hammer-2.0.0-${process.platform}-${process.arch}`]);
  });

  it('replaces a cached copy that is broken', async () => {
    const environment = await anEnvironment();
    const fetcher = scriptFetcher('shop', 'hammer 2.0.0');
    const { path } = await resolveTool(aTool(fetcher), { environment });
    await writeScript(path, 'Segmentation fault', 139);
    const again = await resolveTool(aTool(fetcher), { environment });
    expect(again).toEqual({ path, version: '2.0.0', source: 'fetched with shop into the cache' });
    expect(fetcher.calls).toBe(2);
  });

  it('clears away what a killed process left half fetched', async () => {
    const environment = await anEnvironment();
    const key = `hammer-2.0.0-${process.platform}-${process.arch}`;
    const half = join(environment.CRESCENDO_CACHE, 'tools', `.${key}-of-a-dead-process`);
    await writeScript(join(half, 'scratch', 'part'), 'half');
    await resolveTool(aTool(scriptFetcher('shop', 'hammer 2.0.0')), { environment });
    expect(await readdir(join(environment.CRESCENDO_CACHE, 'tools'))).toEqual([key]);
  });

  it('goes on to the next fetcher when one fails or brings something that does not run', async () => {
    const environment = await anEnvironment();
    const wrong = scriptFetcher('flea market', 'saw 1');
    const good = scriptFetcher('shop', 'hammer 2.0.0');
    const tool = aTool(failingFetcher('closed shop', 'closed'), wrong, good);
    const found = await resolveTool(tool, { environment });
    expect(found.source).toBe('fetched with shop into the cache');
    expect(wrong.calls).toBe(1);
  });

  it('says every reason and every way to install when nothing helps', async () => {
    const environment = await anEnvironment();
    const tool = aTool(failingFetcher('shop', 'closed'), scriptFetcher('flea market', 'saw 1'));
    const error = await resolveTool(tool, { environment }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SetupError);
    const { message, advice } = error as SetupError;
    expect(message).toContain(
      'Hammer is not on PATH and could not be fetched (shop: closed; flea market:',
    );
    expect(advice).toContain('brew install hammer');
    expect(advice).toContain('pip install hammer');
    const left = await readdir(join(environment.CRESCENDO_CACHE, 'tools'));
    expect(left.filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('stops when it is told to while another process holds the lock', async () => {
    const environment = await anEnvironment();
    const stop = new AbortController();
    const slow = { name: 'slow', fetch: () => new Promise<string>(() => {}) };
    await new Promise<void>((fetching) => {
      const first = { name: 'slow', fetch: () => (fetching(), slow.fetch()) };
      void resolveTool(aTool(first), { environment }).catch(() => undefined);
    });
    const waiting = resolveTool(aTool(slow), {
      environment,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(waiting).rejects.toThrow('aborted');
  });
});
