import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanAnswer } from '../../cli/answers.ts';
import { startTraffic } from '../../demo/traffic.ts';
import type { SpecInput } from '../../domain/spec.ts';
import { crescendo } from '../support/e2e/cli.ts';
import { stablePort } from '../support/e2e/ports.ts';
import { expectKept } from '../support/e2e/promises.ts';
import { startScraping } from '../support/e2e/prometheus.ts';
import { aVersion, shopSpec } from '../support/e2e/shop.ts';
import { openStack, type E2eStack } from '../support/e2e/stack.ts';
import { findPrometheus, installLine } from '../support/prometheus.ts';
import type { ServerProcess } from '../support/server-process.ts';

const program = findPrometheus();
const mustRun = process.env['CI'] === 'true';
if (!program && !mustRun) console.warn(`SKIPPED: evidence from a real Prometheus; ${installLine}`);

/** Requests a second. */
const rate = 100;
const past = { application: 'shop', version: '1.0.0', seconds: 900, rate, bad: 0.01, slow: 0.02 };

describe.skipIf(!program && !mustRun)('test/e2e/evidence', () => {
  let e2e: E2eStack;
  let folder: string;
  let scraping: { port: number; target: string };
  let prometheus: ServerProcess | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'crescendo-evidence-'));
    const port = await stablePort();
    const envoyPort = await stablePort();
    scraping = { port: await stablePort(), target: `127.0.0.1:${envoyPort}` };
    const connections = join(folder, 'connections.yaml');
    const url = `http://127.0.0.1:${scraping.port}`;
    writeFileSync(connections, `connections:\n  prometheus: { url: '${url}', source: envoy }\n`);
    process.env['CRESCENDO_CONNECTIONS'] = connections;
    e2e = await openStack({}, { envoyPort });
    const traffic = startTraffic(port, rate);
    e2e.onStop(() => traffic.stop());
    await e2e.apply(shopSpec({ port, bake: { min: '500ms', max: '30s' } }));
    const first = await e2e.ended(await e2e.release('shop', aVersion('1.0.0', 'one-in:100')));
    expect(first.outcome).toBe('succeeded');
    await e2e.apply(comparedBy(port));
  });
  afterAll(async () => {
    delete process.env['CRESCENDO_CONNECTIONS'];
    const left = await e2e?.stop();
    await prometheus?.stop();
    rmSync(folder, { recursive: true, force: true });
    expect(left).toEqual([]);
  });

  const { artifact } = aVersion('1.1.0');
  const plan = (...more: string[]) =>
    crescendo(e2e, 'plan', 'shop', '--version', '1.1.0', '--artifact', artifact, ...more);

  it('plan says why nothing can be foreseen while the provider is away', async () => {
    const { exit, out } = await plan();
    expect(exit).toBe(0);
    expect(out).toMatch(/⚠ warning +production: no forecast for errors: .*ECONNREFUSED/);
    expect(out).toContain('no forecast for latency');
    expect(out).not.toContain('finds');
  });

  it('plan says of every step how long it takes, what it can see and what that costs', async () => {
    prometheus = await startScraping({ ...scraping, past });
    const { exit, out } = await plan();
    expect(exit).toBe(0);
    expect(out).toMatch(/forecast +production, at the traffic stable has had/);
    for (const weight of [20, 50, 100]) expect(out).toMatch(new RegExp(` ${weight} % +about `));
    const sentence =
      /errors: finds [\d.]+ % or more beside [\d.]+ %, in 90 % of cases; at the margin about \d+ bad/g;
    expect(out.match(sentence)).toHaveLength(3);
    expect(out).toMatch(/latency: finds [\d.]+ % of slow requests or more beside [\d.]+ %/);
    expect(out).not.toContain('no forecast');

    const { forecast } = JSON.parse((await plan('-o', 'json')).out) as PlanAnswer;
    const [ahead] = forecast ?? [];
    const [errors, latency] = ahead?.histories ?? [];
    expect(errors).toMatchObject({ metric: 'errors', calibrated: true, detail: null });
    expect(latency).toMatchObject({ metric: 'latency', calibrated: true, detail: null });
    // The ten minutes that were asked for, as they were written down.
    expect(errors?.intervals).toBeGreaterThan(580);
    expect(errors?.requestsPerSecond).toBeGreaterThan(0.9 * rate);
    expect(errors?.requestsPerSecond).toBeLessThan(1.1 * rate);
    expect(errors?.rate).toBeCloseTo(past.bad, 2);
    // What a busy machine has added since is slow as well.
    expect(latency?.rate).toBeGreaterThan(0.9 * past.slow);
    const visible = ahead?.steps.map(({ metrics }) => metrics[0]?.visible ?? 1) ?? [];
    expect(visible).toEqual(visible.toSorted((a, b) => b - a));
    // Above the tolerated 1.5 %, and no more than a version at the margin has.
    expect(visible.every((one) => one > 0.015 && one < 0.051)).toBe(true);
  });

  it('aa calibrates before there is traffic, and its report counts no alarm', async () => {
    const before = await crescendo(e2e, 'aa', 'shop', '--report');
    expect(before.out).toContain('shop: no A/A release has met traffic and ended yet');
    const { exit, out } = await crescendo(e2e, 'aa', 'shop', '--watch');
    const id = 'shop:2';
    expect(exit, out).toBe(0);
    expect(out).toContain('version 1.0.0+aa.1 submitted');
    expect(out).toMatch(
      /past of the stable version: errors: \d+ intervals, [\d.]+ % of [\d.]+ requests\/s; latency: \d+ intervals/,
    );
    expect(out).not.toMatch(/to calibrate|not known/);

    const { steps, entries } = await expectKept(e2e, id, { final: { '1.0.0+aa.1': 100 } });
    expect(steps).toEqual([20, 50, 100]);
    const types = entries.map(({ event }) =>
      event.type === 'traffic.shifted' ? `at ${event.weight} %` : event.type,
    );
    expect(types.indexOf('rollout.calibrated')).toBeGreaterThan(types.indexOf('version.deployed'));
    expect(types.indexOf('rollout.calibrated')).toBeLessThan(types.indexOf('at 20 %'));
    const verdicts = entries.flatMap(({ event }) =>
      event.type === 'bake.finished' ? [event.verdict] : [],
    );
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass']);
    const [evidence] = verdicts[0]?.evidence ?? [];
    expect(evidence?.sequential?.calibrated).toBe(true);

    const report = await crescendo(e2e, 'aa', 'shop', '--report');
    expect(report.out).toContain('shop: 0 of 1 A/A releases raised an alarm');
    expect(report.out).toContain('false alarms 0 %, 95 % interval 0 % to 79.3 %');
  });

  it('a worse version is found by comparison, and never gets more than its first step', async () => {
    const id = await e2e.release('shop', aVersion('1.1.0', 'bad'));
    expect(await e2e.ended(id, 120_000)).toMatchObject({
      outcome: 'rolled_back',
      rollouts: { production: { peak: 20, live: '1.0.0+aa.1' } },
    });
    const { entries } = await expectKept(e2e, id, { final: { '1.0.0+aa.1': 100 } });
    const verdict = entries.flatMap(({ event }) =>
      event.type === 'bake.finished' ? [event.verdict] : [],
    )[0];
    expect(verdict).toMatchObject({ verdict: 'fail', culprit: 'errors' });
  });

  it('goes on without a past while the provider is away, and holds until it is back', async () => {
    await prometheus?.stop();
    const id = await e2e.release('shop', aVersion('1.2.0', 'one-in:100'));
    const known = await e2e.untilEvent(id, ({ type }) => type === 'rollout.calibrated');
    expect(known).toMatchObject({
      histories: [
        { metric: 'errors', intervals: 0, detail: expect.stringContaining('REFUSED') },
        {},
      ],
    });
    await expect
      .poll(async () => (await e2e.measurements(id)).length, { timeout: 60_000 })
      .toBeGreaterThan(2);
    expect(await e2e.weights('shop_production')).toEqual({ '1.0.0+aa.1': 80, '1.2.0': 20 });
    prometheus = await startScraping(scraping);
    expect(await e2e.ended(id, 150_000)).toMatchObject({ outcome: 'succeeded' });
    const { steps } = await expectKept(e2e, id, { final: { '1.2.0': 100 } });
    expect(steps).toEqual([20, 50, 100]);
  });
});

/** Compared with stable by what Prometheus has scraped from Envoy, once a second. */
function comparedBy(port: number): SpecInput {
  const errors = { tolerance: { relative: '50%' }, margin: { relative: '400%' } };
  const latency = { tolerance: { absolute: '20pp' }, margin: { absolute: '50pp' } };
  return {
    ...shopSpec({ port, bake: { min: '6s', max: '2m' } }),
    analysis: {
      interval: '1s',
      minRequests: 10,
      noise: { history: '10m' },
      trafficSplit: { settle: '3s' },
      metrics: [
        { signal: 'errors', from: 'prometheus', ...errors },
        { signal: 'latency', from: 'prometheus', threshold: '300ms', ...latency },
      ],
    },
  };
}
