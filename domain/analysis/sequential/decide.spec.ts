import { describe, expect, it } from 'vitest';
import {
  aGauge,
  aLimit,
  aRatio,
  arms,
  aSetting,
  repeated,
} from '../../../test/support/sequential.ts';
import { sequentialJudge } from './judge.ts';
import type { MetricInterval, SequentialObservation } from './observation.ts';
import type { SequentialMetric, SequentialSettings } from './settings.ts';
import type { SequentialVerdictName } from './state.ts';

const minutes = 60_000;
const healthy = arms([100, 0], [1900, 2]);
const sick = arms([100, 20], [1900, 2]);
const unclear = arms([1000, 13.5], [19_000, 190]);

interface Situation {
  metrics?: SequentialMetric[];
  settings?: Partial<SequentialSettings>;
  seen: SequentialObservation[];
  after: number;
  verdict: SequentialVerdictName;
  culprit?: string;
  sentence?: RegExp;
}

const rare = (every: number): MetricInterval | null => (every === 0 ? null : healthy);
const gappy = (intervals: number, every: number) =>
  Array.from({ length: intervals }, (_, index) => {
    return { index, metrics: { errors: rare(index % every) } };
  });

describe('domain/analysis/sequential/decide', () => {
  it.each<[string, Situation]>([
    [
      'nothing seen yet',
      {
        seen: [],
        after: 0,
        verdict: 'continue',
        sentence: /^not decided yet: errors has no canary requests/,
      },
    ],
    [
      'healthy, but before the least time',
      {
        seen: repeated(59, { errors: healthy }),
        after: 4 * minutes,
        verdict: 'continue',
        sentence: /every metric has passed/,
      },
    ],
    [
      'healthy for long enough',
      {
        seen: repeated(59, { errors: healthy }),
        after: 5 * minutes,
        verdict: 'pass',
        sentence: /excluded/,
      },
    ],
    [
      'too early for evidence',
      {
        seen: repeated(3, { errors: healthy }),
        after: 5 * minutes,
        verdict: 'continue',
        sentence: /needs about \d+ more canary requests, .*m/,
      },
    ],
    [
      'sick: fails before the least time',
      {
        seen: repeated(6, { errors: sick }),
        after: 1 * minutes,
        verdict: 'fail',
        culprit: 'errors',
        sentence: /errors: canary 20 % of 600 requests, baseline 0.105 %/,
      },
    ],
    [
      'fail goes before pass at the deadline',
      {
        seen: [...repeated(59, { errors: healthy }), ...repeated(90, { errors: sick }).slice(59)],
        after: 60 * minutes,
        verdict: 'fail',
        culprit: 'errors',
      },
    ],
    [
      'the traffic is not split as asked, and that goes before a fail',
      {
        seen: repeated(6, { errors: sick }, 0.5),
        after: 5 * minutes,
        verdict: 'invalid',
        sentence: /the canary got 5 % of 12000 requests instead of 50 %/,
      },
    ],
    [
      'the split is not checked when nobody wants it',
      {
        settings: { trafficSplit: null },
        seen: repeated(6, { errors: sick }, 0.5),
        after: 5 * minutes,
        verdict: 'fail',
        culprit: 'errors',
      },
    ],
    [
      'too little traffic by the deadline',
      {
        seen: repeated(8, { errors: healthy }),
        after: 60 * minutes,
        verdict: 'insufficient_data',
        sentence: /^too little data to tell: errors needs about/,
      },
    ],
    [
      'passed on the evidence, but with too few requests for the step',
      {
        settings: { minRequests: 10_000 },
        seen: repeated(59, { errors: healthy }),
        after: 60 * minutes,
        verdict: 'insufficient_data',
        sentence: /too little traffic/,
      },
    ],
    [
      'exactly the least traffic is enough',
      {
        settings: { minRequests: 5900 },
        seen: repeated(59, { errors: healthy }),
        after: 5 * minutes,
        verdict: 'pass',
      },
    ],
    [
      'one request less is not',
      {
        settings: { minRequests: 5901 },
        seen: repeated(59, { errors: healthy }),
        after: 5 * minutes,
        verdict: 'continue',
      },
    ],
    [
      'a gauge that is higher says by how much',
      {
        metrics: [aGauge()],
        seen: repeated(30, {
          cpu: { canary: { kind: 'gauge', value: 2 }, baseline: { kind: 'gauge', value: 1 } },
        }),
        after: 1 * minutes,
        verdict: 'fail',
        culprit: 'cpu',
        sentence: /cpu: canary 100 % higher than the baseline$/,
      },
    ],
    [
      'a gauge around zero that is higher as well',
      {
        metrics: [aGauge({ direction: 'decrease' })],
        seen: repeated(30, {
          cpu: { canary: { kind: 'gauge', value: -2 }, baseline: { kind: 'gauge', value: 1 } },
        }),
        after: 1 * minutes,
        verdict: 'fail',
        culprit: 'cpu',
        sentence: /cpu: canary 300 % worse than the baseline$/,
      },
    ],
    [
      'a limit that only the canary breaks',
      {
        metrics: [aLimit(0.01)],
        seen: repeated(30, { limit: arms([100, 20], [1900, 5]) }),
        after: 5 * minutes,
        verdict: 'fail',
        culprit: 'limit',
        sentence: /limit 1 %, baseline 0.263 %$/,
      },
    ],
    [
      'the baseline needs its requests as well',
      {
        settings: { minRequests: 50 },
        metrics: [aRatio({ margin: { relative: 9, absolute: 0.5 } })],
        seen: repeated(40, { errors: arms([100, 0], [1, 0]) }),
        after: 60 * minutes,
        verdict: 'insufficient_data',
      },
    ],
    [
      'no data at all by the deadline',
      {
        seen: repeated(20, {}),
        after: 60 * minutes,
        verdict: 'insufficient_data',
        sentence: /no canary requests/,
      },
    ],
    [
      'between tolerance and margin with plenty of traffic',
      {
        seen: repeated(8, { errors: unclear }),
        after: 60 * minutes,
        verdict: 'inconclusive',
        sentence:
          /^neither a regression nor its absence is proven: errors: canary 1.35 % of 8000 requests/,
      },
    ],
    [
      'one second before the deadline',
      { seen: repeated(8, { errors: unclear }), after: 60 * minutes - 1000, verdict: 'continue' },
    ],
    [
      'every fifth interval missing is still fine',
      { seen: gappy(80, 5), after: 20 * minutes, verdict: 'pass' },
    ],
    [
      'every fourth interval missing: waits',
      { seen: gappy(80, 4), after: 20 * minutes, verdict: 'continue', sentence: /waits for/ },
    ],
    [
      'every fourth interval missing at the deadline',
      {
        seen: gappy(80, 4),
        after: 60 * minutes,
        verdict: 'invalid',
        sentence: /too many intervals are missing: errors in 20 of 80/,
      },
    ],
    [
      'a metric that need not pass does not hold the pass',
      {
        metrics: [aRatio(), aGauge({ gate: false })],
        seen: repeated(59, { errors: healthy }),
        after: 5 * minutes,
        verdict: 'pass',
      },
    ],
    [
      'a metric that must pass does',
      {
        metrics: [aRatio(), aGauge()],
        seen: repeated(59, { errors: healthy }),
        after: 5 * minutes,
        verdict: 'continue',
        sentence: /cpu needs 18 more points/,
      },
    ],
    [
      'a metric that need not pass can fail',
      {
        metrics: [aRatio({ gate: false }), aLimit(0.5)],
        seen: repeated(9, { errors: sick, limit: arms([100, 0], null) }),
        after: 2 * minutes,
        verdict: 'fail',
        culprit: 'errors',
      },
    ],
    [
      'nothing that must pass: nothing is passed',
      {
        metrics: [aRatio({ gate: false })],
        seen: repeated(59, { errors: healthy }),
        after: 60 * minutes,
        verdict: 'inconclusive',
        sentence: /no metric has to pass/,
      },
    ],
    [
      'a limit asks for no requests of the baseline',
      {
        metrics: [aLimit(0.5)],
        seen: repeated(59, { limit: arms([100, 0], null) }),
        after: 5 * minutes,
        verdict: 'pass',
      },
    ],
    [
      'a gauge asks for no requests at all',
      {
        settings: { minRequests: 1_000_000 },
        metrics: [aGauge()],
        seen: repeated(120, {
          cpu: { canary: { kind: 'gauge', value: 1 }, baseline: { kind: 'gauge', value: 1 } },
        }),
        after: 20 * minutes,
        verdict: 'pass',
      },
    ],
    [
      'total failure under tiny traffic is caught by a limit in three requests',
      {
        metrics: [aLimit(0.01)],
        seen: repeated(3, { limit: arms([1, 1], null) }),
        after: 1 * minutes,
        verdict: 'fail',
        culprit: 'limit',
        sentence: /limit 1 %, no baseline$/,
      },
    ],
    [
      'a limit that the baseline breaks as well says so',
      {
        metrics: [aLimit(0.01)],
        seen: repeated(30, { limit: arms([100, 20], [1900, 380]) }),
        after: 5 * minutes,
        verdict: 'fail',
        culprit: 'limit',
        sentence: /the baseline is above the limit as well/,
      },
    ],
    [
      'the budget is shared: one metric of nine needs nine times the evidence',
      {
        metrics: [aRatio(), aRatio({ name: 'other', weight: 8 })],
        seen: repeated(1, { errors: arms([100, 3], [1900, 0]) }),
        after: 0,
        verdict: 'continue',
      },
    ],
    [
      'alone it needs less',
      {
        seen: repeated(1, { errors: arms([100, 3], [1900, 0]) }),
        after: 0,
        verdict: 'fail',
        culprit: 'errors',
      },
    ],
    [
      'each restart halves the budget',
      {
        settings: { restarts: 4 },
        seen: repeated(1, { errors: arms([100, 3], [1900, 0]) }),
        after: 0,
        verdict: 'continue',
      },
    ],
  ])('%s', (_, { metrics = [aRatio()], settings, seen, after, verdict, culprit, sentence }) => {
    const judge = sequentialJudge(metrics, aSetting({ minDuration: 5 * minutes, ...settings }));
    const answer = judge.decide(seen.reduce(judge.observe, judge.start()), after);
    expect(answer.verdict).toBe(verdict);
    expect(answer.culprit).toBe(culprit ?? null);
    if (sentence) expect(answer.sentence).toMatch(sentence);
    expect(answer.sentence).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('says at which evidence it fails', () => {
    const at = (restarts: number) => {
      const judge = sequentialJudge([aRatio()], aSetting({ falseAlarm: 0.01, restarts }));
      return judge.decide(judge.start(), 0);
    };
    expect(at(0)).toMatchObject({
      look: 0,
      combined: 0,
      logEvidence: { errors: { fail: 0, pass: 0 } },
    });
    expect(at(0).threshold).toBeCloseTo(Math.log(100), 12);
    expect(at(3).threshold).toBeCloseTo(Math.log(800), 12);
  });
});
