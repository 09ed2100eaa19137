import { describe, expect, it } from 'vitest';
import type { SpecInput } from '../spec.ts';
import { aSpec } from '../../test/support/builders.ts';
import { createJudge } from './judge.ts';
import { aboutVersion, pastOf, perhapsSolo, soloMetrics } from './solo.ts';
import type { Judge, Observation } from './verdict.ts';

type Metric = NonNullable<NonNullable<SpecInput['analysis']>['metrics']>[number];

const metric = (more: Partial<Metric>) => ({ signal: 'errors', from: 'edge', ...more }) as Metric;
const analysis = (metrics: Metric[]) => aSpec({ analysis: { interval: '10s', metrics } }).analysis;

/** What a judge has learned of two arms that have both failed 1 % of their requests. */
function learned(metrics: Metric[]) {
  const settings = analysis(metrics);
  const judge = createJudge({
    metrics: settings.metrics,
    settings,
    weight: 50,
    compared: true,
    horizon: 100,
  });
  const sample = { kind: 'ratio', bad: 10, total: 1000 } as const;
  const states = Array.from({ length: 30 }, (_, index): Observation => {
    const seen = { phase: 'measured', canary: sample, stable: sample } as const;
    return { index, at: (index + 1) * 10_000, metrics: { errors: seen } };
  });
  return judge.remember(states.reduce(judge.observe, judge.start({})));
}

describe('domain/analysis/solo', () => {
  it.each<[string, Partial<Metric>, string[], object]>([
    ['a limit', { limit: '1%' }, ['errors'], { limit: 0.01 }],
    ['a limit beside a ratio', { limit: '1%', ratioToStable: 2 }, ['errors'], { limit: 0.01 }],
    ['a ratio alone', { ratioToStable: 2 }, [], {}],
    ['a maximum', { max: '2%' }, ['errors'], { max: 0.02 }],
    ['a condition', { failureCondition: 'result > 0.1' }, ['errors'], {}],
    ['a comparison without a past', {}, [], {}],
    ['a dry run', { limit: '1%', dryRun: true }, [], {}],
  ])('judges a version alone by %s', (_, more, names, rules) => {
    const { metrics, ...settings } = analysis([metric(more)]);
    const solo = soloMetrics(metrics, settings, {});
    expect(solo.map(({ name }) => name)).toEqual(names);
    for (const one of solo) {
      expect(one).toMatchObject(rules);
      expect(one).not.toHaveProperty('ratioToStable');
    }
  });

  it('foresees which metrics may tell something', () => {
    const { metrics } = analysis([
      metric({ name: 'compared' }),
      metric({ name: 'ratio', ratioToStable: 2 }),
      metric({ name: 'limited', limit: '1%' }),
    ]);
    expect(perhapsSolo(metrics).map(({ name }) => name)).toEqual(['compared', 'limited']);
  });

  it('judges the version that was stable by its own past, and fails it when that is over', () => {
    const { metrics, ...settings } = analysis([metric({})]);
    const past = pastOf(learned([metric({})]));
    const solo = soloMetrics(metrics, settings, past);
    expect(solo).toHaveLength(1);
    const judge = createJudge({ metrics: solo, settings, weight: 0, compared: false, horizon: 30 });
    expect(verdictAfter(judge, past, 0.01)).toBe('pass');
    expect(verdictAfter(judge, past, 0.2)).toBe('fail');
  });

  it('forgets what was proven of the candidate alone', () => {
    expect(pastOf({ sequential: 1, alone: 2, reference: 3 })).toEqual({ sequential: 1 });
    expect(pastOf({})).toEqual({});
  });

  it.each([
    ['errors: canary 8 %, bound 1 %', 'errors: 1.0.0 8 %, bound 1 %'],
    ['canary-errors: canary 8 %', 'canary-errors: 1.0.0 8 %'],
    ['nothing was measured', 'nothing was measured'],
  ])('speaks of the version that is watched: %s', (sentence, words) => {
    expect(aboutVersion(sentence, '1.0.0')).toBe(words);
  });
});

/** The verdict on a version that fails this share of a thousand requests in every interval. */
function verdictAfter<State>(judge: Judge<State>, past: object, rate: number): string | undefined {
  let state = judge.start({ ...past });
  const limits = { min: 60_000, max: 300_000, mode: 'verify' } as const;
  for (let index = 0; index < 30; index += 1) {
    const sample = { kind: 'ratio', bad: 1000 * rate, total: 1000 } as const;
    const seen = { phase: 'measured', canary: sample, stable: null } as const;
    const at = (index + 1) * 10_000;
    state = judge.observe(state, { index, at, metrics: { errors: seen } });
    const verdict = judge.decide(state, limits, at);
    if (verdict) return verdict.verdict;
  }
  return undefined;
}
