import { beforeEach, describe, expect, it } from 'vitest';
import type { SequentialState } from '../domain/analysis/sequential/state.ts';
import type { MetricAnswer } from '../providers/metrics/contract.ts';
import {
  anAttempt,
  createActivityWorld,
  metricsOf,
  place,
  settingsOf,
  type ActivityWorld,
} from '../test/support/activity-world.ts';
import { calibrationActivities } from './calibration.ts';
import type { CalibrationResult } from './contract.ts';

let world: ActivityWorld;
beforeEach(() => {
  world = createActivityWorld();
});

const interval = 10_000;
const history = 100 * interval;
const errors = { type: 'ratio', name: 'errors', from: 'edge', bad: 'bad', total: 'total' };

function calibrate(metrics: object[] = [errors], patience?: number): Promise<CalibrationResult> {
  const settings = settingsOf({ interval, noise: { mode: 'strict', history, canaryPods: 1 } });
  const asked = { settings, horizon: 100, ...(patience === undefined ? {} : { patience }) };
  const input = { place, stable: '1.0.0', metrics: metricsOf(...metrics), ...asked };
  return anAttempt().env.run(calibrationActivities(world.providers).calibrate, input);
}

/** One value per interval, ending now. */
function series(values: number[], labels: Record<string, string> = {}) {
  const now = Date.now();
  const points = values.map((value, index): [number, number] => {
    return [now - (values.length - 1 - index) * interval, value];
  });
  return { labels, points };
}

const steady = (value: number) => Array.from({ length: 100 }, () => value);
const errorsOf = (result: CalibrationResult) =>
  (result.memory['sequential'] as SequentialState).metrics['errors']?.counts[0];

describe('activities/calibration', () => {
  it('asks for the whole past of stable, at the distance of the looks', async () => {
    world.answer = () => ({ kind: 'points', series: [series(steady(1))] });
    await calibrate();
    expect(world.queries).toHaveLength(2);
    for (const { from, to, step } of world.queries) {
      expect([to - from, step]).toEqual([history, interval]);
    }
  });

  it('learns the rate, and that a quiet metric is quiet', async () => {
    const quiet = steady(0).map((_, index) => (index % 3 === 0 ? 6 : 5));
    world.answer = (query): MetricAnswer => ({
      kind: 'points',
      series: ['a', 'b', 'c'].map((pod) =>
        series(query === 'bad' ? quiet : steady(1000), { pod, code: query }),
      ),
    });
    const result = await calibrate();
    expect(result.histories).toEqual([
      {
        metric: 'errors',
        intervals: 100,
        instances: 3,
        requestsPerSecond: 300,
        rate: expect.closeTo(0.0053, 3),
        calibrated: true,
        detail: null,
      },
    ]);
    expect(errorsOf(result)?.noise).toMatchObject({ canary: 0, calibrated: true });
    expect(errorsOf(result)?.history.total.requests).toBe(300_000);
  });

  it('learns that a noisy metric is noisy', async () => {
    const storms = steady(0).map((_, index) => (index % 10 === 0 ? 100 : 0));
    world.answer = (query) => ({
      kind: 'points',
      series: [series(query === 'bad' ? storms : steady(1000))],
    });
    expect(errorsOf(await calibrate())?.noise.canary).toBeGreaterThan(1);
  });

  it('takes increases of counters, over restarts but not over gaps', async () => {
    world.cumulative = true;
    const restarting = [100, 200, 300, 50, 150];
    const gap = series(restarting);
    gap.points.splice(1, 1);
    world.answer = (query) => ({
      kind: 'points',
      series: [query === 'bad' ? series([0, 0, 0, 0, 0]) : gap],
    });
    const result = await calibrate();
    // 100 to 300 spans a gap; 300 to 50 is a restart: 50; then 100.
    expect(errorsOf(result)?.history.total.requests).toBe(150);
  });

  it.each<[string, MetricAnswer, string]>([
    ['a provider that keeps no past', { kind: 'noData', detail: 'no series' }, 'no series'],
    ['one that is away', { kind: 'error', detail: '503', retryable: true }, '503'],
  ])('goes on without: %s', async (_, answer, detail) => {
    world.answer = () => answer;
    const result = await calibrate();
    expect(result.histories[0]).toMatchObject({ intervals: 0, calibrated: false });
    expect(result.histories[0]?.detail).toContain(detail);
    expect(errorsOf(result)?.noise.calibrated).toBe(false);
  });

  it('counts as bad what the method will call bad', async () => {
    world.answer = (query): MetricAnswer => {
      if (query !== 'buckets') {
        return { kind: 'points', series: [series(steady(query === 'good' ? 990 : 1000))] };
      }
      const counts = { '100': 700, '250': 950, '500': 990, '+Inf': 1000 };
      const buckets = Object.entries(counts).map(([le, count]) => series(steady(count), { le }));
      return { kind: 'points', series: buckets };
    };
    const latency = { type: 'latency', from: 'edge', buckets: 'buckets' };
    const { histories } = await calibrate([
      { ...errors, name: 'goods', bad: 'good', direction: 'decrease' },
      { ...latency, name: 'slow', threshold: '200ms' },
      { ...latency, name: 'too slow for it', threshold: '2s' },
      { ...latency, name: 'p99' },
    ]);
    expect(histories.map(({ metric, rate }) => [metric, rate])).toEqual([
      ['goods', expect.closeTo(0.01, 10)],
      // The next bound at or above: 250 ms.
      ['slow', 0.05],
      ['too slow for it', null],
      ['p99', null],
    ]);
  });

  it('says of a provider that is silent for longer than it may be that it is silent', async () => {
    world.answer = (query, { signal }) =>
      query.startsWith('other')
        ? new Promise<never>((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error('aborted')));
          })
        : { kind: 'points', series: [series(steady(50))] };
    const other = { ...errors, name: 'other', bad: 'other bad', total: 'other total' };
    const { histories } = await calibrate([errors, other], 1000);
    expect(histories.map(({ intervals, detail }) => [intervals, detail])).toEqual([
      [100, null],
      [0, 'no answer within 1 s'],
    ]);
  });

  it('one metric without a past does not keep another from being known', async () => {
    world.answer = (query) =>
      query.startsWith('other')
        ? { kind: 'error', detail: 'no', retryable: false }
        : { kind: 'points', series: [series(steady(50))] };
    const other = { ...errors, name: 'other', bad: 'other bad', total: 'other total' };
    const { histories } = await calibrate([errors, other]);
    expect(histories.map(({ intervals }) => intervals)).toEqual([100, 0]);
  });
});
