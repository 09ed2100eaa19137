import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fillTemplate } from '../../../../domain/template.ts';
import { aContext } from '../../../../test/support/call-context.ts';
import { startHttpStub, type HttpStub } from '../../../../test/support/http-stub.ts';
import { expositions, pods } from '../../../../test/support/expositions.ts';
import {
  findPrometheus,
  installLine,
  startPrometheus,
  type RunningPrometheus,
} from '../../../../test/support/prometheus.ts';
import type { MetricProvider, Series, SignalQueries } from '../../contract.ts';
import { prometheus } from '../index.ts';
import { signalsOf, sourceNames } from './index.ts';

const site = { application: 'shop', environment: 'eu' };

describe('providers/metrics/prometheus/signals', () => {
  it.each(sourceNames)('%s has queries, and each says how it counts', (name) => {
    const queries = Object.values(signalsOf(name, {}));
    expect(queries.length).toBeGreaterThan(0);
    for (const one of queries) {
      expect(one.cumulative).toBe(one.type !== 'gauge');
      expect(JSON.stringify(one)).not.toContain('$labels');
    }
  });

  it('knows no other source', () => {
    expect(signalsOf('toString', {})).toEqual({});
    const provider = prometheus.create({}, prometheus.connection.parse({ url: 'http://x' }));
    expect(provider.signals?.('istio')).toEqual(signalsOf('istio', {}));
    expect(provider.signals?.(undefined)).toEqual({});
    const connection = prometheus.connection.parse({ url: 'http://x', source: 'traefik' });
    const ours = prometheus.create({}, connection);
    expect(ours.signals?.(undefined)).toEqual(signalsOf('traefik', {}));
    expect(ours.signals?.('istio')).toEqual(signalsOf('istio', {}));
  });

  it('lets a connection add, change and drop labels', () => {
    const labels = {
      reporter: 'source',
      destination_version: null,
      destination_workload: '{{application}}-{{version}}',
      namespace: '=~eu|us',
      response_flags: '!=DC',
      path: '!~/health.*',
      odd: 'a"b\\c',
    };
    expect(total(signalsOf('istio', labels).errors)).toBe(
      'sum by (job, instance, pod) (istio_requests_total{' +
        'reporter="source",destination_canonical_service="{{application}}",' +
        'destination_workload="{{application}}-{{version}}",namespace=~"eu|us",' +
        'response_flags!="DC",path!~"/health.*",odd="a\\"b\\\\c"})',
    );
  });

  it('refuses what is no label', () => {
    const result = prometheus.connection.safeParse({ url: 'http://x', labels: { 'a-b': 'c' } });
    expect(result.error?.issues[0]?.path).toEqual(['labels', 'a-b']);
  });
});

function total(queries: SignalQueries | undefined): string | undefined {
  return queries?.type === 'ratio' ? queries.total : undefined;
}

const program = findPrometheus();
const mustRun = process.env['CI'] === 'true';
if (!program && !mustRun) console.warn(`SKIPPED: tests on a real Prometheus; ${installLine}`);

describe.skipIf(!program && !mustRun)('signals on a real Prometheus', () => {
  let exporter: HttpStub;
  let server: RunningPrometheus;
  let provider: MetricProvider;
  /** What is exported now: everything counted before an error, or with errors. */
  let stage: 'calm' | 'failing' = 'calm';

  beforeAll(async () => {
    if (!program) throw new Error(`a real Prometheus is needed in CI: ${installLine}`);
    exporter = await startHttpStub();
    exporter.answerWith(() => ({
      headers: { 'content-type': 'text/plain' },
      body: [
        ...expositions.map(({ calm, failing }) => (stage === 'calm' ? calm : failing)),
        pods(Date.now() / 1000),
      ].join('\n'),
    }));
    server = await startPrometheus(program, new URL(exporter.url).host);
    provider = prometheus.create({}, prometheus.connection.parse({ url: server.url }));
    await scrapes(3);
  });
  afterAll(async () => {
    await server?.stop();
    await exporter?.close();
  });

  async function scrapes(count: number): Promise<void> {
    const before = exporter.requests.length;
    await vi.waitFor(
      () => expect(exporter.requests.length).toBeGreaterThan(before + count),
      20_000,
    );
  }

  async function ask(query: string, arm: 'canary' | 'stable'): Promise<Series[]> {
    const version = arm === 'canary' ? '1.1.0' : '1.0.0';
    const values = { ...site, version, arm, ...provider.templateValues?.(site, version) };
    const filled = fillTemplate(query, values);
    const now = Date.now();
    const answer = await provider.query({ query: filled, from: now, to: now, step: 1 }, aContext());
    if (answer.kind === 'noData') return [];
    if (answer.kind === 'error') throw new Error(`${filled}: ${answer.detail}`);
    return answer.series;
  }

  const sum = (series: Series[]) => series.reduce((all, one) => all + (one.points[0]?.[1] ?? 0), 0);
  const keys = (series: Series[]) => series.map(({ labels }) => JSON.stringify(labels)).toSorted();
  const tested = expositions.map(({ source }) => source);

  it('are tested for every source', () => {
    const apart = ['opentelemetry-native', 'kubernetes'];
    expect([...tested, ...apart].toSorted()).toEqual(sourceNames.toSorted());
  });

  it.each(expositions)('$source: counts each version, errors or none', async (one) => {
    const { errors } = signalsOf(one.source, {});
    if (errors?.type !== 'ratio') throw new Error('no errors');
    stage = 'calm';
    await scrapes(2);
    const calm = await ask(errors.bad, 'canary');
    const requests = await ask(errors.total, 'canary');
    expect([sum(calm), sum(requests)]).toEqual([0, one.requests.calm]);
    expect(sum(await ask(errors.total, 'stable'))).toBe(one.requests.stable);
    stage = 'failing';
    await scrapes(2);
    const failing = await ask(errors.bad, 'canary');
    expect(sum(failing)).toBe(one.requests.bad);
    expect(sum(await ask(errors.total, 'canary'))).toBe(one.requests.failing);
    // The same series as before, so that what is new counts as an increase, and nothing else.
    expect(keys(failing)).toEqual(keys(calm));
    expect(keys(failing)).toEqual(keys(requests));
  });

  it.each(expositions)('$source: a version that nobody has seen is no data', async ({ source }) => {
    const { errors } = signalsOf(source, {});
    if (errors?.type !== 'ratio') throw new Error('no errors');
    const unknown = errors.bad.replaceAll(/\{\{(application|cluster)\}\}/g, 'elsewhere');
    expect(await ask(unknown, 'canary')).toEqual([]);
  });

  it.each(expositions.filter(({ buckets }) => buckets !== undefined))(
    '$source: buckets of each version',
    async ({ source, buckets, unit }) => {
      const { latency } = signalsOf(source, {});
      if (latency?.type !== 'latency') throw new Error('no latency');
      const series = await ask(latency.buckets, 'canary');
      const counts: Record<string, number> = {};
      for (const { labels, points } of series) {
        const le = labels['le'] ?? 'none';
        counts[le] = (counts[le] ?? 0) + (points[0]?.[1] ?? 0);
      }
      expect(latency.unit).toBe(unit);
      expect(counts).toEqual(buckets);
    },
  );

  it('kubernetes: the share of its CPU limit that a version uses', async () => {
    const { saturation } = signalsOf('kubernetes', {});
    if (saturation?.type !== 'gauge') throw new Error('no saturation');
    const value = saturation.value.replace('[2m]', '[2s]');
    await vi.waitFor(async () => {
      const canary = await ask(value, 'canary');
      // The mean of two pods: 0.3 of 0.5 CPU, and 0.1 of 1.
      expect(canary).toHaveLength(1);
      expect(canary[0]?.points[0]?.[1]).toBeCloseTo(0.35, 1);
    }, 20_000);
    expect((await ask(value, 'stable'))[0]?.points[0]?.[1]).toBeCloseTo(0.8, 1);
  });

  it.each(expositions.filter(({ saturation }) => saturation !== undefined))(
    '$source: saturation of each version',
    async (one) => {
      const { saturation } = signalsOf(one.source, {});
      if (saturation?.type !== 'gauge') throw new Error('no saturation');
      stage = 'failing';
      await scrapes(2);
      for (const arm of ['canary', 'stable'] as const) {
        const series = await ask(saturation.value, arm);
        expect(series).toHaveLength(1);
        expect(series[0]?.points[0]?.[1]).toBeCloseTo(one.saturation?.[arm] ?? NaN, 9);
      }
    },
  );
});
