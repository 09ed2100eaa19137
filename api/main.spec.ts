import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compile, type Compiled } from '../test/support/compiled.ts';

describe('api/main.ts', () => {
  let compiled: Compiled;
  const children: ChildProcess[] = [];
  beforeAll(() => {
    compiled = compile('api/main.ts');
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => compiled.remove());

  /** The API as a process, with nothing behind it. */
  function start(environment: Record<string, string>) {
    const child = spawn(process.execPath, [compiled.path('api/main.ts')], {
      env: { PATH: process.env['PATH'] ?? '', TEMPORAL_ADDRESS: '127.0.0.1:1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const killWithUs = () => child.kill('SIGKILL');
    process.once('exit', killWithUs);
    const ended = once(child, 'exit').then(([code]) => {
      process.off('exit', killWithUs);
      return code as number | null;
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const line = async () =>
      JSON.parse(String((await lines.next()).value)) as Record<string, string>;
    return { child, ended, line, complaint: () => complaint };
  }

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says where it listens, and ends by %s with 0',
    async (signal) => {
      const api = start({ CRESCENDO_API_PORT: '0' });
      const [listening, warning] = [await api.line(), await api.line()];
      const alive = await fetch(`${listening['url']}/healthz`);
      api.child.kill(signal);

      expect(listening).toMatchObject({
        level: 'info',
        msg: 'api is listening',
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
        temporal: '127.0.0.1:1',
      });
      expect(warning).toMatchObject({ level: 'warn' });
      expect(await alive.json()).toEqual({ status: 'alive', inForce: null });
      expect(await api.ended).toBe(0);
    },
  );

  it('says which port is taken', async () => {
    const first = start({ CRESCENDO_API_PORT: '0', CRESCENDO_TOKEN: 'x' });
    const port = new URL((await first.line())['url'] ?? '').port;
    const second = start({ CRESCENDO_API_PORT: port });

    expect(await second.ended).toBe(1);
    expect(second.complaint()).toBe(
      `crescendo api: port ${port} of 127.0.0.1 is taken: stop what uses it, or set CRESCENDO_API_PORT\n`,
    );
  });

  it('says what is wrong with its settings', async () => {
    const api = start({ CRESCENDO_API_HOST: '0.0.0.0' });

    expect(await api.ended).toBe(1);
    expect(api.complaint()).toMatch(/^crescendo api: CRESCENDO_API_HOST is 0\.0\.0\.0.*\n$/);
  });
});
