import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJudge, type JudgedStep, type JudgeState } from './judge.ts';
import { overflowBound } from './samples.ts';
import { analysisSchema } from './spec.ts';
import type { BakeLimits, JudgeMemory, MetricObservation, Sample, Verdict } from './verdict.ts';

const minutes = 60_000;
const interval = 10_000;
const limits: BakeLimits = { min: 2 * minutes, max: 20 * minutes, mode: 'bake' };
const guard: BakeLimits = { min: 0, max: 0, mode: 'guard' };

const errors = { signal: 'errors', from: 'edge' };
const cpu = { type: 'gauge', name: 'cpu', from: 'edge', value: 'v' };

function aStep(
  metrics: object[],
  change: Partial<JudgedStep> = {},
  analysis: object = {},
): JudgedStep {
  const { metrics: read, ...settings } = analysisSchema.parse({ ...analysis, metrics });
  return { metrics: read, settings, weight: 5, compared: true, horizon: 480, ...change };
}

const ratio = (bad: number, total: number): Sample => ({ kind: 'ratio', bad, total });
const seen = (canary: Sample, stable: Sample | null): MetricObservation => ({
  phase: 'measured',
  canary,
  stable,
});
const healthy = seen(ratio(0, 100), ratio(10, 1900));
const broken = seen(ratio(20, 100), ratio(10, 1900));
const same = seen(ratio(1, 100), ratio(19, 1900));
const down: MetricObservation = { phase: 'providerError', detail: '503' };
const silent: MetricObservation = { phase: 'noData', detail: 'no series' };

type Look = Record<string, MetricObservation>;

/** The first verdict, or null when there was none; `state` is where the judge then stands. */
function watch(
  step: JudgedStep,
  looks: Look[],
  how = limits,
  memory: JudgeMemory = {},
): { verdict: Verdict | null; looks: number; state: JudgeState; memory: JudgeMemory } {
  const judge = createJudge(step);
  let state = judge.start(memory);
  for (const [index, metrics] of looks.entries()) {
    state = judge.observe(state, { index, at: (index + 1) * interval, metrics });
    const verdict = judge.decide(state, how, (index + 1) * interval);
    if (verdict) return { verdict, looks: index + 1, state, memory: judge.remember(state) };
  }
  return { verdict: null, looks: looks.length, state, memory: judge.remember(state) };
}

const times = (count: number, look: Look): Look[] => Array.from({ length: count }, () => look);

describe('domain/analysis/judge', () => {
  it('fails a bad canary long before its time is up, and names the metric', () => {
    const { verdict, looks } = watch(aStep([errors]), times(120, { errors: broken }));
    expect(verdict).toMatchObject({ verdict: 'fail', cause: 'breach', culprit: 'errors' });
    expect(verdict?.evidence[0]).toMatchObject({ finding: 'breach', canary: 0.2 });
    expect(looks).toBeLessThan(4);
  });

  it('passes a healthy one as soon as regressions beyond the margin are excluded', () => {
    const wide = { ...errors, margin: { relative: 0.5, absolute: '2pp' } };
    const { verdict, looks } = watch(aStep([wide]), times(120, { errors: healthy }));
    expect(verdict?.verdict).toBe('pass');
    expect(looks * interval).toBe(limits.min);
  });

  it('carries the evidence from step to step', () => {
    const step = aStep([errors]);
    const first = watch(step, times(30, { errors: same }));
    expect(first.verdict).toBeNull();
    const alone = watch(step, times(11, { errors: same }), { ...limits, max: 110_000, min: 0 });
    const carried = watch(step, times(1, { errors: same }), limits, first.memory);
    const requests = (state: JudgeState) =>
      createJudge(step).evidence(state)[0]?.requests ?? Number.NaN;
    expect(requests(carried.state)).toBe(3100);
    expect(requests(alone.state)).toBe(1100);
  });

  it('calls too little traffic insufficient, and enough of it without proof inconclusive', () => {
    const few = seen(ratio(0, 1), ratio(0, 19));
    expect(watch(aStep([errors]), times(121, { errors: few })).verdict).toMatchObject({
      verdict: 'insufficient_data',
      cause: 'tooLittleTraffic',
    });
    // 1.3 % beside 1 %: worse than the tolerance, better than the margin.
    const between = seen(ratio(0.91, 70), ratio(13.3, 1330));
    expect(watch(aStep([errors]), times(121, { errors: between })).verdict).toMatchObject({
      verdict: 'inconclusive',
      cause: 'undecided',
    });
  });

  it('says that a limit which stable breaks as well is not the canary’s fault', () => {
    const sick = seen(ratio(20, 100), ratio(380, 1900));
    const step = aStep([{ ...errors, max: '5%' }]);
    expect(watch(step, times(10, { errors: sick })).verdict).toMatchObject({
      verdict: 'inconclusive',
      cause: 'sickBaseline',
      sentence: expect.stringContaining('the baseline is above the limit as well'),
    });
  });

  it('calls a wrong split of the traffic invalid, and never a failure', () => {
    const half = seen(ratio(5, 1000), ratio(5, 1000));
    expect(watch(aStep([errors]), times(10, { errors: half })).verdict).toMatchObject({
      verdict: 'invalid',
      cause: 'invalid',
    });
    const unchecked = aStep([errors], {}, { trafficSplit: false });
    expect(watch(unchecked, times(10, { errors: half })).verdict).toBeNull();
    const ring = aStep([errors], { weight: 0 });
    expect(watch(ring, times(10, { errors: half })).verdict).toBeNull();
  });

  // Counters that are scraped show the share of the step before, until they are scraped next.
  it.each([
    ['a minute unless it says otherwise', {}, 6],
    ['as long as it says', { trafficSplit: { settle: '20s' } }, 2],
    ['longer by the delay of the data', { trafficSplit: { settle: '20s' }, dataDelay: '30s' }, 5],
    ['not at all', { trafficSplit: { settle: '0s' } }, 0],
  ])('does not count the split while traffic settles: %s', (_, analysis, intervals) => {
    const [half, right] = [seen(ratio(5, 1000), ratio(5, 1000)), seen(ratio(0, 50), ratio(5, 950))];
    const step = aStep([errors], {}, analysis);
    const before = (count: number) => [
      ...times(count, { errors: half }),
      ...times(3, { errors: right }),
    ];
    expect(watch(step, before(intervals)).verdict?.verdict).not.toBe('invalid');
    expect(watch(step, before(intervals + 1)).verdict).toMatchObject({ verdict: 'invalid' });
  });

  it.each([
    ['sequential', errors],
    ['threshold', { ...errors, limit: '5%' }],
    ['conditions', { ...errors, successCondition: 'result < 0.05' }],
    ['kayenta', { ...errors, kayenta: {} }],
  ])('%s never passes on nothing, however long it lasts', (_, metric) => {
    for (const look of [silent, down, seen(ratio(0, 0), ratio(0, 0))]) {
      const { verdict } = watch(aStep([metric]), times(400, { errors: look }));
      expect(['pass', 'fail']).not.toContain(verdict?.verdict ?? 'none');
    }
    expect(watch(aStep([metric]), times(400, {})).verdict?.verdict).not.toBe('pass');
  });

  it('gives a provider that is away its own budget, which is no time of the step', () => {
    const wide = { ...errors, margin: { relative: 0.5, absolute: '2pp' } };
    const away = times(30, { errors: down });
    const step = aStep([wide], {}, { providerErrorBudget: '6m' });
    const { verdict, looks } = watch(step, [...away, ...times(90, { errors: healthy })]);
    expect(verdict?.verdict).toBe('pass');
    expect(looks).toBe(30 + 12);
    expect(watch(step, times(60, { errors: down })).verdict).toMatchObject({
      verdict: 'inconclusive',
      cause: 'providerError',
      culprit: 'errors',
    });
  });

  it('a guard ends with a failure only', () => {
    expect(watch(aStep([errors]), times(300, { errors: healthy }), guard).verdict).toBeNull();
    expect(watch(aStep([errors]), times(300, { errors: broken }), guard).verdict?.verdict).toBe(
      'fail',
    );
  });

  it('a metric in a dry run is shown, and decides nothing', () => {
    const dry = { ...cpu, name: 'dry', successCondition: 'result < 1', dryRun: true };
    const wide = { ...errors, margin: { relative: 0.5, absolute: '2pp' } };
    const failing: MetricObservation = {
      ...seen({ kind: 'gauge', value: 9 }, null),
      phase: 'measured',
      canary: { kind: 'gauge', value: 9 },
      stable: null,
      outcome: { phase: 'failed', detail: null },
    };
    const { verdict } = watch(aStep([wide, dry]), times(60, { errors: healthy, dry: failing }));
    expect(verdict?.verdict).toBe('pass');
    expect(verdict?.evidence.find(({ metric }) => metric === 'dry')).toMatchObject({
      finding: 'breach',
      dryRun: true,
    });
    const only = watch(aStep([dry]), times(121, { dry: failing }));
    expect(only.verdict?.verdict).toBe('insufficient_data');
  });

  it('needs every method to pass, and one to fail', () => {
    const metrics = [
      { ...errors, margin: { relative: 0.5, absolute: '2pp' } },
      { ...errors, name: 'bound', limit: '5%' },
    ];
    const step = aStep(metrics);
    expect(watch(step, times(60, { errors: healthy, bound: healthy })).verdict?.verdict).toBe(
      'pass',
    );
    expect(watch(step, times(60, { errors: healthy, bound: silent })).verdict).toBeNull();
    expect(watch(step, times(60, { errors: healthy, bound: broken })).verdict).toMatchObject({
      verdict: 'fail',
      culprit: 'bound',
    });
  });

  describe('once the canary has all traffic', () => {
    const last = (metrics: object[], change: Partial<JudgedStep> = {}) =>
      aStep(metrics, { weight: 100, compared: false, ...change });
    const wide = { ...errors, margin: { relative: 0.5, absolute: '2pp' } };
    const before = watch(aStep([wide]), times(30, { errors: healthy })).memory;
    const alone = (bad: number) => seen(ratio(bad, 2000), null);

    it('passes what had passed, when it stays as stable was', () => {
      const { verdict } = watch(last([wide]), times(60, { errors: alone(10) }), limits, before);
      expect(verdict?.verdict).toBe('pass');
    });

    it('fails what is worse than stable was', () => {
      const { verdict } = watch(last([wide]), times(60, { errors: alone(100) }), limits, before);
      expect(verdict).toMatchObject({ verdict: 'fail', culprit: 'errors' });
    });

    it('does not pass on silence, nor on too little traffic', () => {
      for (const look of [silent, seen(ratio(0, 0.3), null)]) {
        const { verdict } = watch(last([wide]), times(121, { errors: look }), limits, before);
        expect(verdict?.verdict).toBe('insufficient_data');
      }
    });

    it('proves anew what a person promoted past', () => {
      const early = watch(aStep([wide]), times(3, { errors: healthy })).memory;
      const { verdict } = watch(last([wide]), times(60, { errors: alone(1) }), limits, early);
      expect(verdict?.verdict).toBe('pass');
    });

    it('holds latencies against the bounds that stable had', () => {
      const slow = (count: number): Sample => ({
        kind: 'latency',
        buckets: [
          [100, 2000 - count],
          [500, 2000 - count],
          [overflowBound, 2000],
        ],
      });
      const latency = { signal: 'latency', from: 'edge', threshold: '100ms' };
      const both: Look = { latency: seen(slow(20), slow(20)) };
      const learned = watch(aStep([latency]), times(20, both)).memory;
      const worse = watch(
        last([latency]),
        times(60, { latency: seen(slow(200), null) }),
        limits,
        learned,
      );
      expect(worse.verdict).toMatchObject({ verdict: 'fail', culprit: 'latency' });
    });

    it('a first release is judged by its limits alone', () => {
      const step = last([{ ...errors, max: '5%' }]);
      expect(watch(step, times(60, { errors: alone(10) })).verdict?.verdict).toBe('pass');
      expect(watch(step, times(60, { errors: alone(400) })).verdict?.verdict).toBe('fail');
    });
  });

  const observation = fc.oneof(
    fc.constant(silent),
    fc.constant(down),
    fc
      .record({ bad: fc.nat(20), stableBad: fc.nat(40), total: fc.constantFrom(0, 10, 100) })
      .map(({ bad, stableBad, total }) => seen(ratio(bad, total), ratio(stableBad, total * 19))),
  );
  const everyMethod = [
    errors,
    { ...errors, name: 'bound', limit: '5%' },
    { ...errors, name: 'score', kayenta: {} },
    { ...errors, name: 'dry', limit: '1%', dryRun: true },
  ];
  const lookAt = (one: MetricObservation): Look => ({
    errors: one,
    bound: one,
    score: one,
    dry: one,
  });

  it('goes on after JSON as if nothing had happened, and judges no interval twice', () => {
    const judge = createJudge(aStep(everyMethod));
    fc.assert(
      fc.property(
        fc.array(observation, { minLength: 1, maxLength: 12 }),
        fc.nat(11),
        (list, cut) => {
          const run = (travels: boolean) => {
            let state = judge.start({});
            for (const [index, one] of list.entries()) {
              const look = { index, at: (index + 1) * interval, metrics: lookAt(one) };
              state = judge.observe(state, look);
              if (travels) state = judge.observe(state, { ...look, index: Math.max(0, index - 1) });
              if (travels && index === cut) state = JSON.parse(JSON.stringify(state)) as JudgeState;
            }
            return state;
          };
          expect(run(true)).toEqual(JSON.parse(JSON.stringify(run(false))));
          const memory = judge.remember(run(true));
          expect(judge.start(JSON.parse(JSON.stringify(memory)) as JudgeMemory)).toEqual(
            judge.start(memory),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('its memory stays small, however long the rollout', () => {
    const many = Array.from({ length: 5 }, (_, index) => ({ ...errors, name: `m${index}` }));
    const step = aStep(many);
    const look = Object.fromEntries(many.map(({ name }) => [name, same]));
    const short = JSON.stringify(watch(step, times(40, look), guard).memory).length;
    const long = JSON.stringify(watch(step, times(120, look), guard).memory).length;
    // A payload of Temporal may have 2 MB, and a specification 50 metrics.
    expect(long).toBeLessThan(50_000);
    expect(long).toBeLessThan(short * 1.3);
  });
});
