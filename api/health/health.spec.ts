import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestApi } from '../../test/support/api.ts';
import { openLiveApi, type LiveApi } from '../../test/support/live-api.ts';
import { freePort } from '../../test/support/ports.ts';
import { startTestTemporal } from '../../test/support/temporal.ts';
import { createTemporal } from '../temporal.ts';
import { checkWorker } from './worker-check.ts';

describe('api/health', () => {
  let api: LiveApi;
  beforeAll(async () => {
    api = await openLiveApi();
  });
  afterAll(() => api.close());

  it('is ready when everything answers', async () => {
    const answer = await api.get('/readyz');

    expect([answer.status, answer.json()]).toEqual([
      200,
      {
        ready: true,
        checks: {
          temporal: { ok: true, detail: expect.stringMatching(/^answered in \d+ ms$/) as string },
          journal: { ok: true, detail: 'answered' },
          worker: { ok: true, detail: 'a worker polls task queue crescendo' },
          environments: { ok: true, detail: 'no environment names a worker of its own' },
        },
        inForce: [],
      },
    ]);
  });

  it('names what is in force over all applications, and stays ready', async () => {
    await api.post('/api/v1/estate/stop', { reason: 'DNS is down' });
    await api.post('/api/v1/estate/holds', { reason: 'stock count', for: '2h' });
    const to = { from: '2030-11-29', to: '2030-11-30' };
    await api.post('/api/v1/estate/freezes', { reason: 'Black Friday', ...to });

    const { status, text, ...answer } = await api.get('/readyz');
    const inForce = [
      expect.stringMatching(/^all applications are stopped since 20/) as string,
      expect.stringMatching(/^all-1, a hold on all applications, until 20/) as string,
    ];
    expect([status, answer.json()]).toMatchObject([200, { ready: true, inForce }]);
    // Anybody may look at health: people and their reasons are for those with a token.
    expect(text).not.toContain('DNS is down');
    expect((await api.get('/healthz')).json()).toEqual({ status: 'alive', inForce });
    await api.post('/api/v1/estate/resume');
    await api.post('/api/v1/estate/holds/all-1/lift');
    expect((await api.get('/readyz')).json().inForce).toEqual([]);
  });

  it('is not ready when the last poll is long ago, and says since when', async () => {
    const temporal = createTemporal(api.config);
    const now = Date.now();
    const later = await checkWorker(temporal, now + 10 * 60_000);
    await temporal.close();

    expect(later.ok).toBe(false);
    const [, since = ''] =
      /^no worker polls task queue crescendo for workflows since (.+)$/.exec(later.detail) ?? [];
    expect(Math.abs(Date.parse(since) - now)).toBeLessThan(70_000);
  });

  it('finds Temporal when it comes later, and is not ready without a worker', async () => {
    const port = await freePort();
    const other = await openTestApi({
      environment: { TEMPORAL_ADDRESS: `127.0.0.1:${port}` },
      journal: { ...api.journal, close: () => Promise.resolve() },
    });
    const before = await other.get('/api/v1/applications');
    const temporal = await startTestTemporal(port);
    const found = async () => expect((await other.get('/api/v1/applications')).status).toBe(200);
    await vi.waitFor(found, { timeout: 10_000 });
    const answer = await other.get('/readyz');
    await other.close();
    await temporal.stop();

    expect([before.status, before.json().code]).toEqual([503, 'temporal_unavailable']);
    expect(answer.status).toBe(503);
    expect(answer.json().inForce).toBeNull();
    expect(answer.json().checks).toMatchObject({
      temporal: { ok: true },
      journal: { ok: true },
      worker: {
        ok: false,
        detail: 'no worker polls task queue crescendo for workflows in the last minutes',
      },
    });
  });
});
