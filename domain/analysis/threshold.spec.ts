import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { overflowBound } from './samples.ts';
import { analysisSchema, type MetricSpec } from './spec.ts';
import { createJudge, type JudgeState } from './judge.ts';
import type { ThresholdState } from './threshold.ts';
import type { BakeLimits, Finding, MetricObservation, Reference, Sample } from './verdict.ts';

const limits: BakeLimits = { min: 60_000, max: 600_000, mode: 'bake' };
const afterMin = 60_000;
const afterMax = 600_000;

function metrics(...list: object[]): MetricSpec[] {
  return analysisSchema.parse({ metrics: list }).metrics;
}

const share = { type: 'ratio', name: 'errors', from: 'edge', bad: 'b', total: 't' };
const absolute = metrics({ ...share, limit: '1%' });
const relative = metrics({ ...share, ratioToStable: 2 });
const both = metrics({ ...share, limit: '1%', ratioToStable: 2 });

const ratio = (bad: number, total = 100): Sample => ({ kind: 'ratio', bad, total });
const seen = (canary: Sample | null, stable: Sample | null = null): MetricObservation => ({
  phase: 'measured',
  canary,
  stable,
});
const noData: MetricObservation = { phase: 'noData', detail: 'no series' };
const providerError: MetricObservation = { phase: 'providerError', detail: '503' };

const { metrics: _none, ...settings } = analysisSchema.parse({});
const judgeFor = (spec: MetricSpec[]) =>
  createJudge({ metrics: spec, settings, weight: 5, compared: true, horizon: 60 });
const own = (state: JudgeState) => state.parts['bound'] as ThresholdState;

/** The state after these observations of `errors`, one per interval. */
function after(
  spec: MetricSpec[],
  observations: MetricObservation[],
  reference: Reference = {},
): JudgeState {
  const judge = judgeFor(spec);
  return observations.reduce(
    (state, one, index) =>
      judge.observe(state, { index, at: index * 10_000, metrics: { errors: one } }),
    judge.start({ reference }),
  );
}

function findingOf(spec: MetricSpec[], observations: MetricObservation[], reference = {}): Finding {
  const [evidence] = judgeFor(spec).evidence(after(spec, observations, reference));
  if (!evidence) throw new Error('no evidence');
  return evidence.finding;
}

const verdictOf = (
  spec: MetricSpec[],
  observations: MetricObservation[],
  elapsed = afterMin,
  how = limits,
) => judgeFor(spec).decide(after(spec, observations), how, elapsed);

describe('domain/analysis/threshold', () => {
  it.each<[string, MetricSpec[], MetricObservation, Finding]>([
    ['below the limit', absolute, seen(ratio(0)), 'ok'],
    ['exactly at the limit', absolute, seen(ratio(1)), 'ok'],
    ['above the limit', absolute, seen(ratio(2)), 'breach'],
    ['too few requests', absolute, seen(ratio(40, 49)), 'tooLittleTraffic'],
    ['just enough requests', absolute, seen(ratio(0, 50)), 'ok'],
    ['no request at all', absolute, seen(ratio(0, 0)), 'tooLittleTraffic'],
    ['no canary sample', absolute, seen(null, ratio(0)), 'noData'],
    ['a number that is none', absolute, seen(ratio(Number.NaN)), 'noData'],
    ['no data', absolute, noData, 'noData'],
    ['a provider that is down', absolute, providerError, 'providerError'],
    ['twice stable', relative, seen(ratio(4), ratio(2)), 'ok'],
    ['more than twice stable', relative, seen(ratio(5), ratio(2)), 'breach'],
    ['stable without traffic', relative, seen(ratio(0), null), 'tooLittleTraffic'],
    ['stable with too little traffic', relative, seen(ratio(0), ratio(0, 10)), 'tooLittleTraffic'],
    ['one error while stable has none', relative, seen(ratio(1), ratio(0)), 'ok'],
    ['many errors while stable has none', relative, seen(ratio(5), ratio(0)), 'breach'],
    ['both conditions hold', both, seen(ratio(1), ratio(1)), 'ok'],
    ['within the limit, far above stable', both, seen(ratio(10, 1000), ratio(1, 1000)), 'breach'],
    ['above the limit, little above stable', both, seen(ratio(2), ratio(1)), 'breach'],
    ['above the limit, stable unknown', both, seen(ratio(2), null), 'breach'],
    ['within the limit, stable unknown', both, seen(ratio(0), null), 'tooLittleTraffic'],
    ['both are sick', both, seen(ratio(5), ratio(4)), 'sickBaseline'],
    ['stable is sick, the canary is well', both, seen(ratio(0), ratio(4)), 'sickBaseline'],
    [
      'stable is sick, the canary worse by the ratio',
      both,
      seen(ratio(8), ratio(4)),
      'sickBaseline',
    ],
    ['stable is sick, the canary far worse', both, seen(ratio(9), ratio(4)), 'breach'],
    ['stable is sick, nothing to compare by', absolute, seen(ratio(9), ratio(4)), 'sickBaseline'],
  ])('finding: %s', (_, spec, observation, expected) => {
    expect(findingOf(spec, [observation])).toBe(expected);
  });

  const slow = metrics({
    type: 'latency',
    name: 'errors',
    from: 'e',
    buckets: 'b',
    limit: '300ms',
  });
  const buckets = (...list: [number, number][]): Sample => ({ kind: 'latency', buckets: list });
  it.each<[string, MetricObservation, Finding]>([
    ['fast', seen(buckets([100, 100], [overflowBound, 100])), 'ok'],
    ['slow', seen(buckets([100, 10], [1000, 100], [overflowBound, 100])), 'breach'],
    [
      'beyond the last bound, which is above the limit',
      seen(buckets([500, 1], [overflowBound, 100])),
      'breach',
    ],
    [
      'beyond the last bound, which is below the limit',
      seen(buckets([200, 1], [overflowBound, 100])),
      'noData',
    ],
    ['too few', seen(buckets([100, 10], [overflowBound, 10])), 'tooLittleTraffic'],
  ])('latency: %s', (_, observation, expected) => {
    expect(findingOf(slow, [observation])).toBe(expected);
  });

  const gauge = (canary: number, stable: number | null) =>
    seen(
      { kind: 'gauge', value: canary },
      stable === null ? null : { kind: 'gauge', value: stable },
    );
  const gauges = (condition: object) =>
    metrics({ type: 'gauge', name: 'errors', from: 'e', value: 'v', ...condition });
  it.each<[string, object, MetricObservation, Finding]>([
    ['below', { limit: 0.8 }, gauge(0.7, null), 'ok'],
    ['above', { limit: 0.8 }, gauge(0.9, null), 'breach'],
    ['not a number', { limit: 0.8 }, gauge(Number.NaN, null), 'noData'],
    ['within the ratio', { ratioToStable: 1.5 }, gauge(1.4, 1), 'ok'],
    ['above zero while stable is zero', { ratioToStable: 1.5 }, gauge(0.01, 0), 'breach'],
    ['below zero and equal to stable', { ratioToStable: 1.5 }, gauge(-10, -10), 'ok'],
    ['below zero and far above stable', { ratioToStable: 1.5 }, gauge(-1, -10), 'breach'],
  ])('gauge: %s', (_, condition, observation, expected) => {
    expect(findingOf(gauges(condition), [observation])).toBe(expected);
  });

  it('judges a window, not one interval', () => {
    const one = seen(ratio(3, 60));
    const five = Array.from({ length: 5 }, () => seen(ratio(0, 60)));
    expect(findingOf(absolute, [one])).toBe('breach');
    expect(findingOf(absolute, [...five, one])).toBe('ok');
    const forgotten = Array.from({ length: 6 }, () => seen(ratio(0, 60)));
    expect(findingOf(absolute, [one, ...forgotten])).toBe('ok');
    expect(findingOf(absolute, [...five, ...five, seen(ratio(5, 60))])).toBe('breach');
  });

  it('lets small intervals add up to enough evidence', () => {
    const small = seen(ratio(0, 20));
    expect(findingOf(absolute, [small, small])).toBe('tooLittleTraffic');
    expect(findingOf(absolute, [small, small, small])).toBe('ok');
  });

  it.each<[string, MetricObservation[], 'fail' | null]>([
    ['one breach', [seen(ratio(9))], null],
    ['two in a row', [seen(ratio(9)), seen(ratio(9))], 'fail'],
    ['a breach, silence, a breach', [seen(ratio(9)), noData, seen(ratio(9))], 'fail'],
    ['a breach, an outage, a breach', [seen(ratio(9)), providerError, seen(ratio(9))], 'fail'],
    [
      'a breach, a sick stable version, a breach',
      [seen(ratio(9)), seen(ratio(9), ratio(9)), seen(ratio(9), ratio(0, 10_000))],
      'fail',
    ],
    [
      'a breach, well again, a breach',
      [seen(ratio(9)), seen(ratio(0, 10_000)), seen(ratio(900, 1000))],
      null,
    ],
    ['a breach, then well again', [seen(ratio(9)), seen(ratio(0, 10_000))], null],
  ])('failures in a row: %s', (_, observations, expected) => {
    const verdict = verdictOf(absolute, observations, 1000);
    expect(verdict?.verdict ?? null).toBe(expected);
    if (expected === 'fail') expect(verdict).toMatchObject({ cause: 'breach', culprit: 'errors' });
  });

  it.each<[string, MetricObservation[], number, string | null, Finding | null]>([
    ['well, before min', [seen(ratio(0))], afterMin - 1, null, null],
    ['well, at min', [seen(ratio(0))], afterMin, 'pass', 'ok'],
    ['well, long after max', [seen(ratio(0))], afterMax * 2, 'pass', 'ok'],
    ['nothing seen yet, at max', [], afterMax, 'insufficient_data', 'noData'],
    ['no data, at min', [noData], afterMin, null, null],
    ['no data, at max', [noData], afterMax, 'insufficient_data', 'noData'],
    ['provider down, while its time is left', [providerError], afterMax, null, null],
    ['provider down, past max', [providerError], afterMax * 2, 'inconclusive', 'providerError'],
    [
      'too little traffic, at max',
      [seen(ratio(0, 3))],
      afterMax,
      'insufficient_data',
      'tooLittleTraffic',
    ],
    ['sick baseline, at max', [seen(ratio(9), ratio(9))], afterMax, 'inconclusive', 'sickBaseline'],
    ['one breach, at max', [seen(ratio(9))], afterMax, 'inconclusive', 'breach'],
    ['well, then down', [seen(ratio(0)), providerError], afterMin, null, null],
    [
      'well, then silent, at max',
      [seen(ratio(0)), noData],
      afterMax,
      'insufficient_data',
      'noData',
    ],
  ])('verdict: %s', (_, observations, elapsed, verdict, cause) => {
    const answer = verdictOf(absolute, observations, elapsed);
    expect(answer?.verdict ?? null).toBe(verdict);
    expect(answer?.cause ?? null).toBe(cause);
    if (answer) expect(answer.looks).toBe(observations.length);
  });

  it('needs every metric for a pass, and names the gravest cause otherwise', () => {
    const spec = metrics({ ...share, limit: '1%' }, { ...share, name: 'latency', limit: '1%' });
    const judge = judgeFor(spec);
    const look = (errors: MetricObservation, latency: MetricObservation) =>
      judge.observe(judge.start({}), { index: 0, at: 0, metrics: { errors, latency } });
    const well = seen(ratio(0));
    expect(judge.decide(look(well, well), limits, afterMin)?.verdict).toBe('pass');
    expect(judge.decide(look(well, noData), limits, afterMin)).toBeNull();
    expect(judge.decide(look(noData, providerError), limits, afterMax * 2)).toMatchObject({
      verdict: 'inconclusive',
      cause: 'providerError',
      culprit: 'latency',
    });
    const silent = judge.observe(judge.start({}), { index: 0, at: 0, metrics: { errors: well } });
    expect(judge.decide(silent, limits, afterMax)?.cause).toBe('noData');
  });

  it.each<[string, Record<string, MetricObservation>, string]>([
    ['it was not measured', {}, 'errors: not measured'],
    ['nobody answered', { errors: providerError }, 'errors: 503'],
    ['the canary is silent', { errors: seen(null, ratio(0)) }, 'errors: the canary has no data'],
    [
      'there is no number',
      { errors: seen(ratio(Number.NaN)) },
      'errors: the answer holds no usable number',
    ],
  ])('says why there is nothing to tell: %s', (_, answers, sentence) => {
    const judge = judgeFor(absolute);
    const look = { index: 0, at: 0, metrics: answers };
    const [evidence] = judge.evidence(judge.observe(judge.start({}), look));
    expect(evidence).toMatchObject({ metric: 'errors', canary: null, bound: null, sentence });
  });

  it('names the metric that failed, with its own sentence', () => {
    const spec = metrics({ ...share, limit: '1%' }, { ...share, name: 'late', limit: '1%' });
    const judge = judgeFor(spec);
    const look = { errors: seen(ratio(0)), late: seen(ratio(9)) };
    const state = [0, 1].reduce(
      (before, index) => judge.observe(before, { index, at: index, metrics: look }),
      judge.start({}),
    );
    const verdict = judge.decide(state, limits, 1000);
    expect(verdict).toMatchObject({ verdict: 'fail', culprit: 'late' });
    expect(verdict?.sentence).toContain('late');
  });

  it('passes nothing when there is nothing to judge by', () => {
    const judge = judgeFor([]);
    const state = judge.observe(judge.start({}), { index: 0, at: 0, metrics: {} });
    expect(judge.decide(state, limits, afterMin)).toBeNull();
    expect(judge.decide(state, limits, afterMax)?.verdict).toBe('insufficient_data');
  });

  it.each([
    ['well', seen(ratio(0)), null],
    ['silent', noData, null],
    ['broken', seen(ratio(9)), 'fail'],
  ] as const)('a guard never passes: %s', (_, observation, expected) => {
    const guard: BakeLimits = { min: 0, max: 0, mode: 'guard' };
    const verdict = verdictOf(absolute, [observation, observation], afterMax * 10, guard);
    expect(verdict?.verdict ?? null).toBe(expected);
  });

  it('hands the stable value on, for the step in which stable has no traffic', () => {
    const judge = judgeFor(relative);
    const before = after(relative, [seen(ratio(2), ratio(2))]);
    expect(judge.remember(before)).toEqual({ reference: { errors: 0.02 } });
    const alone = seen(ratio(5), null);
    expect(findingOf(relative, [alone], own(before).reference)).toBe('breach');
    expect(findingOf(relative, [seen(ratio(4), null)], own(before).reference)).toBe('ok');
    expect(findingOf(relative, [seen(ratio(4), null)])).toBe('tooLittleTraffic');
  });

  it('does not take a reference from too little traffic', () => {
    expect(own(after(relative, [seen(ratio(0), ratio(3, 4))])).reference).toEqual({});
  });

  const observation = fc.oneof(
    fc.constant(noData),
    fc.constant(providerError),
    fc
      .record({ bad: fc.nat(20), stableBad: fc.nat(20), total: fc.constantFrom(0, 10, 100, 1000) })
      .map(({ bad, stableBad, total }) => seen(ratio(bad, total), ratio(stableBad, total))),
  );

  it('judges an interval once, however often it comes', () => {
    const judge = judgeFor(both);
    fc.assert(
      fc.property(fc.array(fc.tuple(observation, fc.nat(3)), { maxLength: 20 }), (list) => {
        let once = judge.start({});
        let often = judge.start({});
        list.forEach(([one, repeats], index) => {
          const look = { index, at: index, metrics: { errors: one } };
          once = judge.observe(once, look);
          for (let time = 0; time <= repeats; time += 1) often = judge.observe(often, look);
          often = judge.observe(often, { ...look, index: Math.max(0, index - 1) });
        });
        expect(often).toEqual(once);
      }),
    );
  });

  it('goes on after JSON as if nothing had happened', () => {
    const judge = judgeFor(both);
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 20 }), fc.nat(20), (list, cut) => {
        const run = (through: (state: JudgeState) => JudgeState) =>
          list.reduce((state, one, index) => {
            const next = judge.observe(state, { index, at: index, metrics: { errors: one } });
            return index === cut ? through(next) : next;
          }, judge.start({}));
        const travelled = run((state) => JSON.parse(JSON.stringify(state)) as JudgeState);
        const stayed = run((state) => state);
        expect(travelled).toEqual(stayed);
        expect(judge.decide(travelled, limits, afterMax)).toEqual(
          judge.decide(stayed, limits, afterMax),
        );
      }),
    );
  });

  it('never passes without a finding of ok for every metric', () => {
    const judge = judgeFor(both);
    fc.assert(
      fc.property(fc.array(observation, { minLength: 1, maxLength: 20 }), (list) => {
        const state = after(both, list);
        const verdict = judge.decide(state, limits, afterMin);
        const findings = judge.evidence(state).map(({ finding }) => finding);
        if (verdict?.verdict === 'pass') expect(findings).toEqual(['ok']);
        if (verdict?.verdict === 'fail')
          expect(own(state).metrics['errors']?.breaches).toBeGreaterThan(1);
      }),
    );
  });
});
