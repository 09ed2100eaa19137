import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aContext } from '../../../test/support/call-context.ts';
import {
  findVictoriaMetrics,
  startVictoriaMetrics,
  type RunningVictoriaMetrics,
} from '../../../test/support/victoria-metrics.ts';
import { prometheus } from './index.ts';

const program = findVictoriaMetrics();

describe.skipIf(!program)('providers/metrics/prometheus: a real VictoriaMetrics', () => {
  let server: RunningVictoriaMetrics;
  const now = Math.floor(Date.now() / 10_000) * 10_000;

  beforeAll(async () => {
    server = await startVictoriaMetrics(program!);
    const times = Array.from({ length: 361 }, (_, index) => now - (360 - index) * 5_000);
    const lines = times.flatMap((time, index) => [
      `requests_total{code="200",version="1.1.0"} ${index * 10} ${time}`,
      `requests_total{code="500",version="1.1.0"} ${index} ${time}`,
    ]);
    await server.write(lines);
  });
  afterAll(() => server?.stop());

  const ask = (query: string, from = now - 60_000, to = now, step = 10_000) => {
    const provider = prometheus.create({}, prometheus.connection.parse({ url: server.url }));
    return provider.query({ query, from, to, step }, aContext());
  };

  it('reads thirty minutes at ten seconds, a series per set of labels', async () => {
    const answer = await ask('requests_total', now - 1_800_000);
    if (answer.kind !== 'points') throw new Error(JSON.stringify(answer));
    expect(new Set(answer.series.map(({ labels }) => labels['code']))).toEqual(
      new Set(['200', '500']),
    );
    expect(answer.series).toHaveLength(2);
    for (const { labels, points } of answer.series) {
      const each = labels['code'] === '200' ? 20 : 2;
      expect(points).toEqual(
        Array.from({ length: 181 }, (_, index) => [now - (180 - index) * 10_000, index * each]),
      );
    }
  });

  it('answers one moment, and a share of two queries', async () => {
    const at = [now, now] as const;
    expect(await ask('requests_total{code="500"}', ...at)).toMatchObject({
      series: [{ labels: { version: '1.1.0' }, points: [[now, 360]] }],
    });
    const share =
      'sum(increase(requests_total{code="500"}[1m])) / sum(increase(requests_total[1m]))';
    const answer = await ask(share, ...at);
    if (answer.kind !== 'points') throw new Error(JSON.stringify(answer));
    expect(answer.series[0]!.points[0]![1]).toBeCloseTo(1 / 11, 6);
  });

  it.each(['nothing_of_that_name', 'requests_total{version="1.0.0"}'])(
    'has no data for %s',
    async (query) => {
      expect(await ask(query)).toMatchObject({ kind: 'noData' });
    },
  );

  it('knows that a wrong query stays wrong', async () => {
    const answer = await ask('sum(rate(requests_total[1m])');
    expect(answer).toMatchObject({ kind: 'error', retryable: false });
  });
});
