import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../test/support/random.ts';
import type { Random } from '../../../test/support/random.ts';
import { aGauge, aLatency, aRatio, aSetting, counted } from '../../../test/support/sequential.ts';
import { overflowBound } from '../samples.ts';
import type { Sample } from '../verdict.ts';
import { sequentialJudge } from './judge.ts';
import type { MetricInterval } from './observation.ts';
import type { SequentialMetric, SequentialSettings } from './settings.ts';

const runs = 300;
const looks = 60;

interface Promise {
  metrics?: SequentialMetric[];
  settings?: Partial<SequentialSettings>;
  draw: (random: Random, look: number) => Record<string, MetricInterval>;
}

/** A ratio metric whose arms have these rates, with requests that are drawn as well. */
function drawn(
  random: Random,
  nc: number,
  rateC: number,
  nb: number,
  rateB: number,
): MetricInterval {
  const arm = (requests: number, rate: number): Sample => {
    const bad = random.poisson(requests * rate);
    return counted(bad + random.poisson(requests * (1 - rate)), bad);
  };
  return { canary: arm(nc, rateC), baseline: arm(nb, rateB) };
}

/** Ten percent are promised, so that violations show in few runs: 30 of 300, plus three deviations. */
const settings = aSetting({
  falseAlarm: 0.1,
  missedRegression: 0.1,
  minRequests: 0,
  horizon: looks,
  maxDuration: 1e9,
});
const most = 46;

function play(seed: number, { metrics = [aRatio()], settings: change, draw }: Promise) {
  const judge = sequentialJudge(metrics, { ...settings, ...change });
  const counts = { fail: 0, pass: 0 };
  for (let run = 0; run < runs; run += 1) {
    const random = createRandom(seed * 1000 + run);
    let state = judge.start();
    let passed = false;
    for (let look = 0; look < looks; look += 1) {
      state = judge.observe(state, { index: look, metrics: draw(random, look) });
      passed ||= judge.decide(state, 0).verdict === 'pass';
    }
    if (state.failed) counts.fail += 1;
    if (passed) counts.pass += 1;
  }
  return counts;
}

/** Looking 60 times costs nothing: these fail for a test that only holds at one look. */
describe('domain/analysis/sequential promises, looking at every interval', () => {
  it.each<[string, Promise]>([
    [
      'exactly at the tolerance',
      { draw: (random) => ({ errors: drawn(random, 50, 0.1101, 950, 0.1) }) },
    ],
    [
      'while the error rate of both arms swings by a factor of nine',
      {
        draw: (random, look) => {
          const rate = 0.05 * 3 ** Math.sin(look / 5);
          return { errors: drawn(random, 100, 1.1 * rate + 0.0001, 900, rate) };
        },
      },
    ],
    [
      'while the share goes from 1 to 50 %',
      {
        draw: (random, look) => {
          const share = look < 20 ? 0.01 : look < 40 ? 0.1 : 0.5;
          return { errors: drawn(random, 1000 * share, 0.0551, 1000 * (1 - share), 0.05) };
        },
      },
    ],
    [
      'with three metrics at their tolerance',
      {
        metrics: [aRatio(), aLatency({ threshold: 100 }, { name: 'slow' }), aGauge()],
        draw: (random) => ({
          errors: drawn(random, 50, 0.1101, 950, 0.1),
          slow: slow(random),
          cpu: {
            canary: { kind: 'gauge', value: 1.1 * Math.exp(0.1 * random.normal()) },
            baseline: { kind: 'gauge', value: Math.exp(0.1 * random.normal()) },
          },
        }),
      },
    ],
    [
      'with strata of different rates and shares',
      {
        draw: (random) => {
          const one = drawn(random, 100, 0.1101, 200, 0.1);
          const other = drawn(random, 10, 0.0056, 900, 0.005);
          if ('strata' in one || 'strata' in other) throw new Error('strata in strata');
          return { errors: { strata: { one, other } } };
        },
      },
    ],
  ])('seldom fails a canary %s', (_, promise) => {
    const { fail } = play(1, promise);
    expect(fail).toBeLessThanOrEqual(most);
  });

  it.each<[string, Promise]>([
    [
      'exactly at the margin',
      { draw: (random) => ({ errors: drawn(random, 100, 0.151, 900, 0.1) }) },
    ],
    [
      'without any errors of the baseline, at the absolute margin',
      { draw: (random) => ({ errors: drawn(random, 100, 0.001, 900, 0) }) },
    ],
  ])('seldom passes a canary %s', (_, promise) => {
    const { pass } = play(2, promise);
    expect(pass).toBeLessThanOrEqual(most);
  });

  it('finds what is bad and passes what is good', () => {
    const bad = play(3, { draw: (random) => ({ errors: drawn(random, 50, 0.3, 950, 0.1) }) });
    const good = play(4, { draw: (random) => ({ errors: drawn(random, 500, 0.1, 500, 0.1) }) });
    expect(bad.fail).toBeGreaterThan(0.99 * runs);
    expect(good.pass).toBeGreaterThan(0.9 * runs);
    expect(good.fail).toBeLessThan(0.02 * runs);
  });
});

function slow(random: Random): MetricInterval {
  const arm = (requests: number, share: number): Sample => {
    const above = random.poisson(requests * share);
    const below = random.poisson(requests * (1 - share));
    return {
      kind: 'latency',
      buckets: [
        [100, below],
        [overflowBound, below + above],
      ],
    };
  };
  return { canary: arm(50, 0.0551), baseline: arm(950, 0.05) };
}
