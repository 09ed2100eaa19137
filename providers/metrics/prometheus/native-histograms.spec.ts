import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fillTemplate } from '../../../domain/template.ts';
import { aContext } from '../../../test/support/call-context.ts';
import {
  startHistogramExporter,
  type ObservedHistogram,
} from '../../../test/support/native-histogram.ts';
import {
  findPrometheus,
  installLine,
  startPrometheus,
  type RunningPrometheus,
} from '../../../test/support/prometheus.ts';
import type { Series } from '../contract.ts';
import { prometheus } from './index.ts';
import { histogramSchema, histogramSeries } from './native-histograms.ts';

type Bucket = [upper: number | string, count: number];

function histogram(...buckets: Bucket[]) {
  const all = buckets.reduce((sum, [, count]) => sum + count, 0);
  return histogramSchema.parse({
    count: String(all),
    buckets: buckets.map(([upper, count]) => [0, '0', String(upper), String(count)]),
  });
}

/** `le` → counts at each moment, for the bounds where something changes. */
function steps(series: Series[]): Record<string, number[]> {
  const counts = series.map(({ labels, points }) => [labels['le'], points.map(([, n]) => n)]);
  return Object.fromEntries(counts) as Record<string, number[]>;
}

const power = (exponent: number) => String(2 ** exponent);
const read = (...all: ReturnType<typeof histogram>[]) =>
  steps(
    histogramSeries(
      { job: 'a' },
      all.map((one, index) => [index, one] as const),
      's',
    ),
  );

describe('providers/metrics/prometheus/native-histograms', () => {
  it('counts from the bound that is the upper end of a bucket', () => {
    const seen = read(histogram([0.25, 3], [0.2973017787506803, 2], [1, 5]));
    expect(seen[power(-2.25)]).toEqual([0]);
    expect(seen['0.25']).toEqual([3]);
    expect(seen[power(-1.75)]).toEqual([5]);
    expect(seen[power(-0.25)]).toEqual([5]);
    expect(seen['1']).toEqual([10]);
    expect(seen['64']).toEqual([10]);
    expect(seen['+Inf']).toEqual([10]);
  });

  it('keeps the bounds however many buckets there are', () => {
    const seen = read(histogram([0.5, 1]), histogram([0.5, 1], [0.25, 4], [32, 1]));
    expect(seen['0.25']).toEqual([0, 4]);
    expect(seen['0.5']).toEqual([1, 5]);
    expect(seen['16']).toEqual([1, 5]);
    expect(seen['32']).toEqual([1, 6]);
    expect(seen['+Inf']).toEqual([1, 6]);
  });

  it('counts what lies between two bounds from the upper one on', () => {
    // Eight buckets for each doubling, and buckets of somebody's own.
    const seen = read(histogram([2 ** -1.875, 2], [0.3, 4]));
    expect(seen['0.25']).toEqual([0]);
    expect(seen[power(-1.75)]).toEqual([2]);
    expect(seen[power(-1.5)]).toEqual([6]);
  });

  it('counts the very slow at the end alone, and the very fast from the beginning', () => {
    const seen = read(histogram([1e-9, 2], [1000, 3], ['+Inf', 1]));
    expect(seen[power(-10)]).toEqual([2]);
    expect(seen['64']).toEqual([2]);
    expect(seen['+Inf']).toEqual([6]);
  });

  it('is a zero, not nothing, before the first value', () => {
    expect(read(histogram())).toEqual({ '+Inf': [0] });
  });

  it('covers milliseconds where that is the unit', () => {
    const ms = steps(histogramSeries({}, [[0, histogram([256, 7])]], 'ms'));
    expect(ms[power(7.75)]).toEqual([0]);
    expect(ms['256']).toEqual([7]);
    expect(ms['65536']).toEqual([7]);
  });

  it('leaves moments out that are no numbers', () => {
    const broken = histogramSchema.parse({ count: 'NaN', buckets: [] });
    expect(read(broken, histogram([1, 2]))['1']).toEqual([2]);
    expect(Object.values(read(broken)).flat()).toEqual([]);
  });
});

const program = findPrometheus();
const mustRun = process.env['CI'] === 'true';
if (!program && !mustRun) console.warn(`SKIPPED: tests on a real Prometheus; ${installLine}`);

describe.skipIf(!program && !mustRun)('native histograms on a real Prometheus', () => {
  const request = (version: string, code: string, values: number[]): ObservedHistogram => ({
    labels: { service_name: 'shop', service_version: version, http_response_status_code: code },
    values,
  });
  const observed = [
    request('1.0.0', '200', [0.1, 0.1, 0.1]),
    request('1.1.0', '200', [0.02, 0.1, 0.25, 0.26]),
  ];
  let exporter: Awaited<ReturnType<typeof startHistogramExporter>>;
  let server: RunningPrometheus;

  beforeAll(async () => {
    if (!program) throw new Error(`a real Prometheus is needed in CI: ${installLine}`);
    exporter = await startHistogramExporter('http_server_request_duration_seconds', () => observed);
    server = await startPrometheus(program, exporter.address, [
      '--enable-feature=native-histograms',
    ]);
    await scraped();
  });
  afterAll(async () => {
    await server?.stop();
    await exporter?.close();
  });

  async function scraped(): Promise<void> {
    const before = exporter.scrapes();
    await vi.waitFor(() => expect(exporter.scrapes()).toBeGreaterThan(before + 2), 20_000);
  }

  async function ask(kind: 'bad' | 'total' | 'buckets', from = Date.now()): Promise<Series[]> {
    const provider = prometheus.create({}, prometheus.connection.parse({ url: server.url }));
    const { errors, latency } = provider.signals?.('opentelemetry-native') ?? {};
    const queries = { ...errors, ...latency } as Record<typeof kind, string>;
    const query = fillTemplate(queries[kind], { application: 'shop', version: '1.1.0' });
    const to = Math.max(from, Date.now());
    const answer = await provider.query({ query, from, to, step: 200 }, aContext());
    if (answer.kind !== 'points') throw new Error(JSON.stringify(answer));
    return answer.series;
  }

  const last = (series: Series[]) => series.map(({ points }) => points.at(-1)?.[1]);

  it('reads buckets at one moment and over a range', async () => {
    for (const from of [Date.now(), Date.now() - 400]) {
      const series = await ask('buckets', from);
      const counts = Object.entries(steps(series)).map(([le, all]) => [le, all.at(-1)]);
      const seen = Object.fromEntries(counts) as Record<string, number>;
      expect(seen[power(-5.75)]).toBe(0);
      expect(seen[power(-5.5)]).toBe(1);
      expect(seen['0.125']).toBe(2);
      expect(seen['0.25']).toBe(3);
      expect(seen['+Inf']).toBe(4);
    }
  });

  it('counts requests and errors, also when there are none yet', async () => {
    expect([last(await ask('bad')), last(await ask('total'))]).toEqual([[0], [4]]);
    observed.push(request('1.1.0', '503', [0.001, 0.002]));
    await scraped();
    expect([last(await ask('bad')), last(await ask('total'))]).toEqual([[2], [6]]);
  });
});
