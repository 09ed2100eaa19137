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

function calibrate(metrics: object[] = [errors]): Promise<CalibrationResult> {
  const settings = settingsOf({ interval, noise: { mode: 'strict', history, canaryPods: 1 } });
  const input = { place, stable: '1.0.0', metrics: metricsOf(...metrics), settings, horizon: 100 };
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
