import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeRouter } from '../../../test/contracts/router.ts';
import { post, startBackend } from '../../../test/support/backends.ts';
import type { Backend } from '../../../test/support/backends.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { startEnvoy } from '../../../test/support/envoy.ts';
import type { TestEnvoy } from '../../../test/support/envoy.ts';
import { freePort } from '../../../test/support/ports.ts';
import type { Site } from '../../targets/contract.ts';
import { routerPowers, routers } from '../index.ts';
import { envoy } from './index.ts';

function site(environment: string): Site {
  return { application: 'shop', environment };
}

function localhost(url: string): string {
  return url.replace('127.0.0.1', 'localhost');
}

function open(running: TestEnvoy, settings: Record<string, unknown> = {}) {
  const { admin, directory, port } = running;
  const parsed = envoy.settings.parse({ port, ...settings });
  return envoy.create(parsed, envoy.connection.parse({ admin, directory }));
}

describeRouter('envoy', envoy.powers, async () => {
  const running = await startEnvoy();
  const neighbour = { application: 'shop', environment: 'us' };
  return {
    router: open(running),
    neighbour: { site: neighbour, router: open(running, { domains: ['us.example'] }) },
    url: `http://127.0.0.1:${running.port}`,
    stop: () => running.stop(),
  };
});

describe('providers/routers/envoy/index', () => {
  let running: TestEnvoy;
  let one: Backend;
  let url: string;
  const all = (version: string, backend = one) => [
    { version, weight: 100, endpoint: { url: backend.url } },
  ];

  beforeAll(async () => {
    [running, one] = await Promise.all([startEnvoy(), startBackend('one')]);
    url = `http://127.0.0.1:${running.port}`;
  });
  afterAll(async () => {
    await Promise.all([running?.stop(), one?.close()]);
  });

  it('says which version served a request, also when Envoy had to answer for it', async () => {
    await open(running).setShares(site('eu'), all('1.0.0+b'), 1, aContext());
    expect(await post(url)).toEqual({ status: 200, version: '1.0.0+b', body: 'one' });
    const dead = [{ version: 'dead', weight: 100, endpoint: { url: 'http://127.0.0.1:1' } }];
    await open(running).setShares(site('eu'), dead, 2, aContext());
    expect(await post(url)).toMatchObject({ status: 503, version: 'dead' });
    await open(running).setShares(site('eu'), [], 3, aContext());
    expect(await post(url)).toEqual({
      status: 503,
      version: undefined,
      body: 'No version of shop serves eu yet.\n',
    });
  });

  it('takes a new address of a version it already knows', async () => {
    const moved = await startBackend('moved');
    const router = open(running);
    await router.setShares(site('eu'), all('1.0.0'), 4, aContext());
    await router.setShares(site('eu'), all('1.0.0', moved), 5, aContext());
    expect((await post(url)).body).toBe('moved');
    await router.setShares(site('eu'), all('1.0.0'), 6, aContext());
    await moved.close();
  });

  it('finds versions by host name', async () => {
    const named = [{ version: '1.0.0', weight: 100, endpoint: { url: localhost(one.url) } }];
    await open(running).setShares(site('eu'), named, 6, aContext());
    expect((await post(url)).body).toBe('one');
  });

  it('forgets the clusters of versions that left, and lets their requests finish', async () => {
    const waiting: ServerResponse[] = [];
    const slow = await startBackend('slow', (_request, response) => void waiting.push(response));
    const router = open(running);
    await router.setShares(site('eu'), all('slow', slow), 7, aContext());
    const pending = post(url);
    await expect.poll(slow.served).toBe(1);
    await router.setShares(site('eu'), all('1.0.0'), 8, aContext());
    await expect.poll(clusterNames).not.toContain('shop|eu|slow');
    waiting[0]?.end('at last');
    expect(await pending).toEqual({ status: 200, version: 'slow', body: 'at last' });
    expect(await clusterNames()).toContain('shop|eu|1_0_0');
    await slow.close();
  });

  it('serves two sites on one port by their names, whatever port the name has', async () => {
    const us = await startBackend('us');
    const router = open(running, { domains: ['us.example'] });
    await router.setShares(site('us'), all('2.0.0', us), 1, aContext());
    expect((await post(url, undefined, 'us.example')).body).toBe('us');
    expect((await post(url, undefined, 'us.example:10080')).body).toBe('us');
    expect((await post(url, undefined, 'other.example')).body).toBe('one');
    await us.close();
  });

  it('refuses a name or an address that another site has on the port', async () => {
    const same = open(running, { domains: ['*', 'de.example'] });
    await expect(same.setShares(site('de'), all('1'), 1, aContext())).rejects.toMatchObject({
      code: 'provider_refused',
      message: expect.stringContaining(`shop_eu already has * on port ${running.port}`),
    });
    const elsewhere = open(running, { domains: ['de.example'], host: '0.0.0.0' });
    await expect(elsewhere.setShares(site('de'), all('1'), 1, aContext())).rejects.toMatchObject({
      code: 'provider_refused',
    });
    expect(readdirSync(join(running.directory, 'sites'))).not.toContain('shop_de.json');
  });

  it('moves a site to another port', async () => {
    const port = await freePort();
    const [before, after] = [open(running, { domains: ['mv.example'] }), open(running, { port })];
    await before.setShares(site('mv'), all('1.0.0'), 1, aContext());
    await after.setShares(site('mv'), all('1.0.0'), 2, aContext());
    expect((await post(`http://127.0.0.1:${port}`)).body).toBe('one');
    expect(await after.readShares(site('mv'), aContext())).toEqual([
      { version: '1.0.0', weight: 100 },
    ]);
    // The rest of the old port is served as before; the name is nobody's own any more.
    expect((await post(url, undefined, 'mv.example')).body).toBe('one');
    expect((await post(url, undefined, 'us.example')).status).toBe(503);
  });

  it('lets many workers write at once', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `many-${index}`);
    const calls = names.map((name) =>
      open(running, { domains: [`${name}.example`] }).setShares(
        site(name),
        all(name),
        1,
        aContext(),
      ),
    );
    const shares = await Promise.all(calls);
    expect(shares).toEqual(names.map((name) => [{ version: name, weight: 100 }]));
    for (const name of names) {
      expect((await post(url, undefined, `${name}.example`)).version).toBe(name);
    }
    const left = readdirSync(running.directory).filter((file) => /new$|lock$/.test(file));
    expect(left).toEqual([]);
  });

  it('goes on after a worker was killed while it wrote', async () => {
    mkdirSync(join(running.directory, 'sites.lock'));
    const shares = await open(running).setShares(site('eu'), all('1.0.1'), 9, aContext());
    expect(shares).toEqual([{ version: '1.0.1', weight: 100 }]);
  });

  it('serves the same shares again after Envoy was killed', async () => {
    await running.kill();
    const router = open(running);
    const down = { code: 'provider_unavailable' };
    await expect(router.readShares(site('eu'), aContext())).rejects.toMatchObject(down);
    const call = router.setShares(site('eu'), all('2.0.0'), 10, aContext());
    await expect(call).rejects.toMatchObject(down);
    await running.start();
    expect(await router.readShares(site('eu'), aContext())).toEqual([
      { version: '1.0.1', weight: 100 },
    ]);
    expect((await post(url)).version).toBe('1.0.1');
  });

  it('gives up with the words of Envoy when a port is taken, and uses it once it is free', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const router = open(running, { port });
    const call = router.setShares(site('taken'), all('1.0.0'), 1, aContext());
    await expect(call).rejects.toMatchObject({
      code: 'traffic_not_applied',
      message: expect.stringMatching(new RegExp(`:${port}.*: Address already in use$`)),
    });
    taken.close();
    await once(taken, 'close');
    expect(await router.setShares(site('taken'), all('1.0.0'), 1, aContext())).toHaveLength(1);
    expect((await post(`http://127.0.0.1:${port}`)).version).toBe('1.0.0');
  });

  it('does not go on when what it knows of a site is damaged', async () => {
    const path = join(running.directory, 'sites', 'shop_taken.json');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before.slice(0, 40));
    const call = open(running).setShares(site('eu'), all('1.0.2'), 11, aContext());
    await expect(call).rejects.toMatchObject({
      code: 'provider_refused',
      message: expect.stringContaining(path),
    });
    expect((await post(url)).version).toBe('1.0.1');
    writeFileSync(path, before);
  });

  it('calls something that is no Envoy by that name', async () => {
    const router = open({ ...running, admin: one.url });
    await expect(router.readShares(site('eu'), aContext())).rejects.toMatchObject({
      code: 'provider_refused',
    });
  });

  it('is on the shelf with its powers and refuses settings it does not know', () => {
    expect(routers.names).toContain('envoy');
    expect(routerPowers['envoy']).toEqual({
      granularity: 0.01,
      header: true,
      cookie: true,
      mirror: true,
      sticky: true,
    });
    const settings = { port: 0, domian: 'x' };
    expect(() => routers.check({ vendor: 'envoy', settings })).toThrow(/port: .*; .*domian/);
  });

  async function clusterNames(): Promise<string[]> {
    const answer = await fetch(`${running.admin}/clusters?format=json`);
    const { cluster_statuses: clusters } = (await answer.json()) as {
      cluster_statuses: { name: string }[];
    };
    return clusters.map(({ name }) => name);
  }
});
