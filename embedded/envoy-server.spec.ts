import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEnvoy } from './envoy-server.ts';
import type { EnvoyServer } from './envoy-server.ts';
import { freePort, isPortFree } from './supervisor/ports.ts';
import { resolveEnvoy } from './toolbox/index.ts';

let folder: string;
let binary: string;
const running: EnvoyServer[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crescendo-envoy-'));
  binary = (await resolveEnvoy()).path;
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((envoy) => envoy.stop()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function anEnvoy(name: string): Promise<{ envoy: EnvoyServer; adminPort: number }> {
  const adminPort = await freePort();
  const directory = join(folder, name);
  const logFile = join(folder, `${name}.log`);
  const envoy = await startEnvoy({ binary, directory, adminPort, logFile });
  running.push(envoy);
  return { envoy, adminPort };
}

async function serverInfo(envoy: EnvoyServer): Promise<{ state: string }> {
  return (await (await fetch(`${envoy.adminUrl}/server_info`)).json()) as { state: string };
}

describe('embedded/envoy-server', () => {
  it('starts several on one machine, each with its own admin interface', async () => {
    const [one, two] = [await anEnvoy('one'), await anEnvoy('two')];
    expect((await serverInfo(one.envoy)).state).toBe('LIVE');
    expect((await serverInfo(two.envoy)).state).toBe('LIVE');
    expect(one.envoy.pid()).not.toBe(two.envoy.pid());
  });

  it('comes back on the same port after SIGKILL', async () => {
    const { envoy } = await anEnvoy('crash');
    const pid = envoy.pid();
    envoy.kill();
    for (let tries = 0; tries < 400 && !(envoy.isReady() && envoy.pid() !== pid); tries += 1) {
      await sleep(50);
    }
    expect((await serverInfo(envoy)).state).toBe('LIVE');
    expect(envoy.pid()).not.toBe(pid);
  });

  it('stops and frees its port', async () => {
    const { envoy, adminPort } = await anEnvoy('stop');
    await envoy.stop();
    expect(await isPortFree(adminPort)).toBe(true);
  });

  it('refuses a port that is taken', async () => {
    const { adminPort } = await anEnvoy('first');
    const options = { binary, directory: join(folder, 'second'), adminPort };
    const second = startEnvoy({ ...options, logFile: join(folder, 'second.log') });
    await expect(second).rejects.toThrow(`port ${adminPort} for Envoy's admin interface is taken`);
  });
});
