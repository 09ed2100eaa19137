import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { since, startTraffic } from '../../demo/traffic.ts';
import { stopAll } from '../../providers/targets/process/index.ts';
import { stablePort } from '../support/e2e/ports.ts';
import { processesWritingTo, stillThere, untilNone } from '../support/e2e/processes.ts';
import { aVersion, shopSpec } from '../support/e2e/shop.ts';
import { createHttp } from '../support/e2e/stack.ts';
import { startUp, type UpProcess } from '../support/e2e/up.ts';

let dataDir: string;
let port: number;
let uiPort: number;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'crescendo-e2e-up-'));
  port = await stablePort();
  uiPort = await stablePort();
});

afterEach(async () => {
  await stopAll(join(dataDir, 'versions'));
  const left = await untilNone(() => processesWritingTo(dataDir), 5_000);
  rmSync(dataDir, { recursive: true, force: true });
  expect(left).toEqual([]);
});

const api = () => createHttp(`http://127.0.0.1:${port}`);
const versions = () => processesWritingTo(join(dataDir, 'versions'));

async function up(): Promise<UpProcess> {
  const flags = ['--port', String(port), '--ui-port', String(uiPort), '--data-dir', dataDir];
  const started = startUp(...flags, '--own-temporal');
  await expect.poll(() => started.output(), { timeout: 60_000 }).toContain('Crescendo is up.');
  return started;
}

/** A shop with 1.0.0 at 100 %, steady traffic, and 1.1.0 being watched in its first step. */
async function untilMidBake() {
  const audience = await stablePort();
  const traffic = startTraffic(audience, 50);
  onTestFinished(() => traffic.stop());
  const { apply, release, ended, untilEvent } = api();
  await apply(shopSpec({ port: audience }));
  expect(await ended(await release('shop', aVersion('1.0.0')))).toMatchObject({
    outcome: 'succeeded',
  });
  const bake = { min: '4s', max: '2m' };
  await apply(shopSpec({ port: audience, bake, steps: [50, 100] }));
  const id = await release('shop', aVersion('1.1.0'));
  await untilEvent(id, ({ type }) => type === 'bake.started');
  return { id, traffic };
}

describe('test/e2e/up', () => {
  it('bears no rival, ends with Ctrl-C and leaves nobody behind; the next one goes on with the release', async () => {
    const first = await up();
    const { id, traffic } = await untilMidBake();
    const running = versions();
    expect(running).toHaveLength(2);

    const rival = startUp('--data-dir', dataDir, '--own-temporal');
    expect(await rival.exited).toBe(1);
    expect(rival.output()).toContain(`${dataDir}/crescendo is in use by another Crescendo`);
    expect(versions()).toEqual(running);

    const family = first.family();
    // Itself, the watchdog, Temporal, journal, Envoy, API and worker.
    expect(family.length).toBeGreaterThanOrEqual(7);
    first.signal('SIGINT');
    expect(await first.exited).toBe(0);
    expect(await untilNone(() => stillThere(family), 1_000)).toEqual([]);
    expect(processesWritingTo(dataDir)).toEqual([]);

    const second = await up();
    expect(second.output()).toContain('shop 1.0.0 in production is up again');
    const before = traffic.counts();
    expect(await api().ended(id, 90_000)).toMatchObject({ outcome: 'succeeded' });
    const counts = since(before, traffic.counts());
    expect(counts['1.1.0']?.requests).toBeGreaterThan(0);
    expect(counts['1.1.0']?.failed).toBe(0);

    const others = second.family();
    second.signal('SIGTERM');
    expect(await second.exited).toBe(0);
    expect(await untilNone(() => stillThere(others), 1_000)).toEqual([]);
    for (const { output } of [first, second]) expect(output()).not.toContain('unexpectedly');
  });

  it('killed, it takes everything along but the versions, which the next one takes over', async () => {
    const first = await up();
    const { id } = await untilMidBake();
    const running = versions();
    expect(running).toHaveLength(2);
    const family = first.family().filter(({ pid }) => !running.some((one) => one.pid === pid));
    first.signal('SIGKILL');
    await first.exited;
    expect(await untilNone(() => stillThere(family), 5_000)).toEqual([]);
    expect(versions()).toEqual(running);

    const second = await up();
    expect(versions()).toEqual(running);
    expect(await api().ended(id, 90_000)).toMatchObject({ outcome: 'succeeded' });
    second.signal('SIGINT');
    expect(await second.exited).toBe(0);
  });

  it('names a port that is taken', async () => {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const flags = ['--port', String(port), '--data-dir', dataDir, '--own-temporal'];
    const started = startUp(...flags);
    expect(await started.exited).toBe(1);
    expect(started.output()).toMatch(
      new RegExp(`port ${port} for API and console is taken by process ${process.pid}`),
    );
    expect(processesWritingTo(dataDir)).toEqual([]);
  });
});
