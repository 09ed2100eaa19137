import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  aGauge,
  aLatency,
  aLimit,
  aRatio,
  arms,
  aSetting,
  counted,
  repeated,
} from '../../../test/support/sequential.ts';
import { overflowBound } from '../samples.ts';
import { sequentialJudge } from './judge.ts';
import type { MetricInterval, SequentialObservation } from './observation.ts';
import type { SequentialState } from './state.ts';

const metrics = [
  aRatio(),
  aLimit(0.2, { weight: 2 }),
  aLatency({ quantile: 0.9 }),
  aGauge({ gate: false }),
];
const settings = aSetting({ maxDuration: 300_000, horizon: 30 });
const judge = sequentialJudge(metrics, settings);
const history = {
  errors: Array.from({ length: 40 }, (_, i) => ({
    a: counted(100, i % 3),
    b: counted(100 + i, (i * 7) % 4),
    c: counted(90, 1),
  })),
};

const small = fc.nat(60);
const interval = fc.record({
  errors: fc.option(
    fc.oneof(
      fc
        .tuple(small, small, small, small)
        .map(([nc, x, nb, y]): MetricInterval => arms([nc + x, x], [nb + y, y])),
      fc.tuple(small, small).map(([nc, y]): MetricInterval => ({
        strata: { one: arms([nc, 0], [40, 1]), two: arms([5, 2], [40 + y, y]) },
      })),
    ),
  ),
  limit: fc.option(small.map((x): MetricInterval => arms([60, x], null))),
  latency: fc.option(
    fc.tuple(small, small, small).map(([a, b, c]): MetricInterval => ({
      canary: {
        kind: 'latency',
        buckets: [
          [50, a],
          [100, a + b],
          [overflowBound, a + b + c],
        ],
      },
      baseline: {
        kind: 'latency',
        buckets: [
          [50, 5 * c],
          [100, 5 * c + a],
          [overflowBound, 5 * c + a + 3],
        ],
      },
    })),
  ),
  cpu: fc.option(
    fc.tuple(fc.nat(20), fc.nat(20)).map(([a, b]): MetricInterval => ({
      canary: { kind: 'gauge', value: a / 4 },
      baseline: { kind: 'gauge', value: 1 + b / 10 },
    })),
  ),
});
const rollout = fc
  .array(fc.record({ metrics: interval, share: fc.constantFrom(0.05, 0.5) }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((list) => list.map((entry, index): SequentialObservation => ({ index, ...entry })));

const play = (observations: SequentialObservation[], between = (state: SequentialState) => state) =>
  observations.reduce(
    (state, seen) => between(judge.observe(state, seen)),
    between(judge.start(history)),
  );

describe('domain/analysis/sequential/judge', () => {
  it('survives a journey through JSON at any point', () => {
    const travel = (state: SequentialState) => JSON.parse(JSON.stringify(state)) as SequentialState;
    fc.assert(
      fc.property(rollout, (observations) => {
        const travelled = play(observations, travel);
        const stayed = play(observations);
        expect(travelled).toEqual(stayed);
        const elapsed = observations.length * settings.interval;
        expect(judge.decide(travelled, elapsed)).toEqual(judge.decide(stayed, elapsed));
        expect(judge.report(travelled)).toEqual(judge.report(stayed));
      }),
      { numRuns: 40 },
    );
  });

  it('changes nothing for an interval that was seen before', () => {
    fc.assert(
      fc.property(rollout, fc.nat(29), (observations, again) => {
        const state = play(observations);
        const index = again % observations.length;
        const other = { index, metrics: { errors: arms([1000, 1000], [1000, 0]) } };
        expect(judge.observe(state, other)).toBe(state);
      }),
      { numRuns: 40 },
    );
  });

  it('leaves the state it was given as it was', () => {
    fc.assert(
      fc.property(rollout, (observations) => {
        const before = play(observations.slice(0, -1));
        const copy = structuredClone(before);
        const last = observations.at(-1);
        if (last) judge.observe(before, last);
        judge.decide(before, 0);
        judge.report(before);
        expect(before).toEqual(copy);
      }),
      { numRuns: 40 },
    );
  });

  it('does not care for the order of metrics and strata, to the last digit', () => {
    const shuffled = sequentialJudge(
      [metrics[2], metrics[0], metrics[3], metrics[1]].flatMap((m) => m ?? []),
      settings,
    );
    const turned = (seen: MetricInterval | null): MetricInterval | null =>
      seen && 'strata' in seen
        ? { strata: Object.fromEntries(Object.entries(seen.strata).reverse()) }
        : seen;
    fc.assert(
      fc.property(rollout, (observations) => {
        const other = observations.reduce((state, seen) => {
          const reversed = Object.entries(seen.metrics).map(([name, one]) => [name, turned(one)]);
          return shuffled.observe(state, {
            ...seen,
            metrics: Object.fromEntries(reversed.reverse()),
          });
        }, shuffled.start(history));
        const elapsed = observations.length * settings.interval;
        expect(shuffled.decide(other, elapsed)).toEqual(judge.decide(play(observations), elapsed));
      }),
      { numRuns: 40 },
    );
  });

  it('never takes a fail back', () => {
    fc.assert(
      fc.property(rollout, rollout, (before, later) => {
        const failing = repeated(5, { limit: arms([60, 60], null) });
        const from = (list: SequentialObservation[], offset: number) =>
          list.map(({ metrics: seen }, index) => ({ index: index + offset, metrics: seen }));
        const failed = play([...failing, ...from(before, 5), ...from(later, 5 + before.length)]);
        expect(failed.failed).toEqual({ look: expect.any(Number), culprit: 'limit' });
        expect(judge.decide(failed, 1e9)).toMatchObject({ verdict: 'fail', culprit: 'limit' });
      }),
      { numRuns: 20 },
    );
  });

  it('drops the warm-up by the clock', () => {
    const warm = sequentialJudge([aRatio()], aSetting({ warmUp: 25_000 }));
    const state = repeated(5, { errors: arms([10, 1], [90, 1]) }).reduce(
      warm.observe,
      warm.start(),
    );
    // Intervals 0, 1 and 2 begin before 25 s.
    expect(state).toMatchObject({ lastIndex: 4, looks: 2 });
    expect(state.metrics['errors']?.step.canary).toBe(20);
  });

  it('a new step keeps the evidence and begins indices, warm-up and traffic anew', () => {
    const list = repeated(8, { errors: arms([100, 9], [900, 3]) }, 0.1);
    const one = sequentialJudge([aRatio()], aSetting({ warmUp: 10_000 }));
    const before = list.reduce(one.observe, one.start());
    const next = one.nextStep(before);
    expect(next.lastIndex).toBe(-1);
    expect(next.metrics['errors']?.step).toEqual({
      intervals: 0,
      missing: 0,
      canary: 0,
      baseline: 0,
    });
    expect(one.decide(next, 0).logEvidence).toEqual(one.decide(before, 0).logEvidence);
    const later = list.slice(0, 3).reduce(one.observe, next);
    expect(later.looks).toBe(before.looks + 2);
    expect(later.metrics['errors']?.counts[0]?.fail.rounds).toBe(9);
    expect(later.split.canary).toBe(before.split.canary + 200);
  });

  it('knows whether it was calibrated, and on what', () => {
    const noise = (state: SequentialState) => {
      return judge.report(state).find(({ name }) => name === 'errors')?.noise;
    };
    expect(noise(judge.start(history))).toMatchObject({ calibrated: true });
    expect(noise(judge.start())).toEqual({ canary: 0, baseline: 0, calibrated: false });
  });
});
