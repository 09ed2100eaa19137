import { describe, expect, it } from 'vitest';
import type { RecordedEntry } from '../../../cli/answers.ts';
import type { RolloutEventBody } from '../../../domain/events.ts';
import type { WeightSample } from './envoy-weights.ts';
import { approvalsOf, expectGapless, expectNeverAbove, stepsOnce } from './promises.ts';

const start = Date.parse('2026-01-01T00:00:00Z');

/** Entries of one rollout, a second apart. */
function entriesOf(...bodies: RolloutEventBody[]): RecordedEntry[] {
  return bodies.map((body, index) => {
    const at = new Date(start + index * 1000).toISOString();
    const event = { ...body, at, environment: 'production' };
    const source = 'rollout:shop:2:production';
    const place = { application: 'shop', release: 2, source };
    return { ...place, position: index + 1, sequence: index + 1, event };
  });
}

const pass = { cause: 'ok' as const, culprit: null, sentence: '', evidence: [], looks: 3 };
const entries = entriesOf(
  { type: 'rollout.started', stable: '1', designated: '1', weights: [20, 100] },
  { type: 'version.deployed', version: '2', url: '' },
  { type: 'traffic.shifted', shares: [], weight: 20, step: 1 },
  { type: 'bake.finished', step: 1, weight: 20, verdict: { verdict: 'pass', ...pass } },
  { type: 'traffic.shifted', shares: [], weight: 100, step: 2 },
  { type: 'rollback.verified', to: '1', shares: [] },
);

function sampleAt(seconds: number, weight: number, rest = 100 - weight): WeightSample {
  const time = start + seconds * 1000;
  return { asked: time, answered: time, sites: { shop_production: { '1': rest, '2': weight } } };
}

function check(...samples: WeightSample[]): void {
  expectNeverAbove(samples, 'shop_production', '2', approvalsOf(entries, false));
}

describe('test/support/e2e/promises', () => {
  it('allows what has been approved', () => {
    check(sampleAt(0.5, 0), sampleAt(1, 20), sampleAt(2.9, 20), sampleAt(3, 100), sampleAt(5, 0));
  });

  it.each([
    ['traffic before it is up', sampleAt(0.9, 20)],
    ['the next weight before the pass', sampleAt(2.9, 100)],
    ['more than the step', sampleAt(1.5, 21)],
    ['traffic after a verified rollback', sampleAt(5.1, 20)],
    ['weights that are not the whole audience', sampleAt(2, 20, 70)],
  ])('notices %s', (_what, sample) => {
    expect(() => check(sample)).toThrow();
  });

  it('notices that it has seen nothing', () => {
    expect(() => check()).toThrow();
  });

  it('notices a gap, and a step that is taken twice', () => {
    expectGapless(entries);
    expect(() => expectGapless(entries.toSpliced(2, 1))).toThrow();
    expect(stepsOnce(entries)).toEqual([20, 100]);
    expect(() => stepsOnce([...entries, ...entries.slice(4, 5)])).toThrow();
  });
});
