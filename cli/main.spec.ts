import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compile, type Compiled } from '../test/support/compiled.ts';
import { startPretendApi, type PretendApi } from '../test/support/pretend-api.ts';
import { rolledBack, untilProduction } from '../test/support/recorded-release.ts';

describe('cli/main', () => {
  let compiled: Compiled;
  let api: PretendApi;
  const children: ChildProcess[] = [];
  beforeAll(() => {
    compiled = compile('cli/main.ts');
  });
  afterAll(() => compiled.remove());
  beforeEach(async () => (api = await startPretendApi()));
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await api.close();
  });

  /** Starts the command; `closeAfter` closes its standard output after so many bytes. */
  function start(args: string[], closeAfter = Infinity) {
    const env = { ...process.env, CRESCENDO_SERVER: api.url, CRESCENDO_CONFIG: '/nowhere' };
    const child = spawn(process.execPath, [compiled.path('cli/main.ts'), ...args], { env });
    children.push(child);
    const seen = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      seen.out += chunk.toString();
      if (seen.out.length > closeAfter) child.stdout.destroy();
    });
    child.stderr.on('data', (chunk: Buffer) => (seen.err += chunk.toString()));
    const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => {
      return { code, signal, ...seen };
    });
    return { child, seen, ended };
  }

  it('ends with the exit code, everything written', async () => {
    const answer = { items: [], cursor: null, filler: 'x'.repeat(1_000_000) };
    api.on('GET /api/v1/releases', { body: answer });
    const { code, out } = await start(['list', '--active', '-o', 'json']).ended;
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(answer);
    expect(await start(['get', 'shop:9']).ended).toMatchObject({ code: 5 });
  });

  it('does not mind a reader that goes away', async () => {
    const events = rolledBack().slice(0, -1);
    api.record(...events);
    const { ended } = start(['watch', 'shop:3'], 10);
    await expect.poll(() => api.listeners(), { timeout: 20_000 }).toBe(1);
    const more = setInterval(() => api.record(...untilProduction().slice(2, 5)), 20);
    const { code, signal, err } = await ended.finally(() => clearInterval(more));
    expect([code, signal, err]).toEqual([0, null, '']);
  });

  it('leaves on Ctrl-C and says that the release goes on', async () => {
    api.record(...untilProduction());
    const { child, seen, ended } = start(['watch', 'shop:3']);
    await expect.poll(() => seen.out, { timeout: 20_000 }).toContain('stage production');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({
      code: 130,
      signal: null,
      err: expect.stringContaining('the release goes on'),
    });
  });
});
