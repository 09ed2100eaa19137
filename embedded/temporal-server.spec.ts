import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { portHolder } from './supervisor/port-holder.ts';
import { freePort, isPortFree } from './supervisor/ports.ts';
import { startTemporalServer } from './temporal-server.ts';
import type { TemporalServer, TemporalServerOptions } from './temporal-server.ts';
import { resolveTemporal } from './toolbox/index.ts';
import { resolveTemporalServer } from './toolbox/temporal-server.ts';

let folder: string;
let server: TemporalServer;
let options: TemporalServerOptions;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crescendo-temporal-'));
  const { path } = await resolveTemporal();
  options = {
    binary: path,
    dbFile: join(folder, 'temporal.db'),
    port: await freePort(),
    uiPort: await freePort(),
    logFile: join(folder, 'temporal.log'),
    searchAttributes: { CrescendoApplication: 'Keyword' },
  };
  server = await startTemporalServer(options);
});

afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function withClient<T>(use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

function statusOf(workflowId: string): Promise<string> {
  return withClient(async (client) => {
    return (await client.workflow.getHandle(workflowId).describe()).status.name;
  });
}

/** Local addresses a process listens on, as the kernel writes them: 127.0.0.1 is 0100007F. */
async function listeningAddresses(pid: number): Promise<string[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const links = descriptors.map((one) => readlink(`/proc/${pid}/fd/${one}`).catch(() => ''));
  const sockets = new Set(await Promise.all(links));
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')),
  );
  const rows = tables.flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)));
  return rows
    .filter((row) => row[3] === '0A' && sockets.has(`socket:[${row[9]}]`))
    .map((row) => row[1]?.split(':')[0] ?? '');
}

async function backAfter(pid: number | undefined): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (server.isReady() && server.pid() !== pid) return;
    await sleep(50);
  }
  throw new Error('it did not come back within 20 s');
}

describe('embedded/temporal-server', () => {
  it('can be used at once: workflows, our search attributes, the Web UI', async () => {
    await withClient(async (client) => {
      const searchAttributes = { CrescendoApplication: ['shop'] };
      const start = { taskQueue: 'nobody', workflowId: 'first', searchAttributes };
      await client.workflow.start('anything', start);
    });
    expect(await statusOf('first')).toBe('RUNNING');
    const page = await fetch(server.uiUrl);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<html');
  });

  it.runIf(process.platform === 'linux')('listens on 127.0.0.1 alone', async () => {
    expect(await portHolder(options.port)).toBe(`process ${server.pid()} (temporal)`);
    const addresses = await listeningAddresses(server.pid()!);
    expect(addresses.length).toBeGreaterThanOrEqual(2);
    expect(new Set(addresses)).toEqual(new Set(['0100007F']));
  });

  it('is found as a server that is there already', async () => {
    const choice = await resolveTemporalServer({
      usualPort: options.port,
      environment: { TEMPORAL_CONFIG_FILE: join(folder, 'none.toml') },
    });
    expect(choice).toMatchObject({ kind: 'existing', address: server.address });
  });

  it('comes back on the same ports with what it had after SIGKILL', async () => {
    await withClient((client) => {
      return client.workflow.start('anything', { taskQueue: 'nobody', workflowId: 'survivor' });
    });
    for (let crash = 0; crash < 2; crash += 1) {
      const pid = server.pid();
      server.kill();
      await backAfter(pid);
      expect(await statusOf('survivor')).toBe('RUNNING');
    }
    expect((await fetch(server.uiUrl)).status).toBe(200);
  });

  it('refuses a port that is taken, and a database that is in use', async () => {
    const taken = startTemporalServer({ ...options, logFile: join(folder, 'second.log') });
    await expect(taken).rejects.toThrow(`port ${options.port} for Temporal is taken by process`);
    const inUse = startTemporalServer({
      ...options,
      port: await freePort(),
      uiPort: await freePort(),
      logFile: join(folder, 'third.log'),
    });
    await expect(inUse).rejects.toThrow('the Temporal database in');
    expect(server.isReady()).toBe(true);
  });

  it('stops, frees its ports, and starts again with what it had', async () => {
    await server.stop();
    expect(await isPortFree(options.port)).toBe(true);
    expect(await isPortFree(options.uiPort)).toBe(true);
    server = await startTemporalServer(options);
    expect(await statusOf('survivor')).toBe('RUNNING');
  });

  it('says why with the end of the log when it cannot start', async () => {
    const broken = startTemporalServer({
      ...options,
      dbFile: folder,
      port: await freePort(),
      uiPort: await freePort(),
      logFile: join(folder, 'broken.log'),
    });
    await expect(broken).rejects.toMatchObject({
      message: expect.stringContaining('Temporal did not become ready (exit code 1)'),
      advice: expect.stringContaining('broken.log'),
    });
  });
});
