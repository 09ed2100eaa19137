import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conclude,
  decide,
  limitsSchema,
  noMeasurements,
  tally,
  type Limits,
  type Measurement,
} from './limits.ts';

const words: Record<string, Measurement> = {
  S: { phase: 'successful' },
  F: { phase: 'failed' },
  I: { phase: 'inconclusive' },
  E: { phase: 'error', detail: 'timed out' },
  '-': { phase: 'noData' },
};

/** Takes measurements until something is decided; the index of the last one taken comes along. */
function run(measurements: string, limits: Partial<Limits>) {
  const parsed = limitsSchema.parse(limits);
  let seen = noMeasurements;
  for (const [index, letter] of measurements.split('').entries()) {
    seen = tally(seen, words[letter] ?? { phase: 'error' }, parsed);
    const decision = decide(seen, parsed);
    if (decision) return { ...decision, after: index + 1 };
  }
  return { ...conclude(seen, parsed), after: measurements.length };
}

describe('domain/analysis/conditions/limits', () => {
  it.each<[string, Partial<Limits>, string, number, string]>([
    // failureLimit
    ['F', {}, 'failed', 1, '1 failed, failureLimit is 0'],
    ['FFF', { failureLimit: 3 }, 'inconclusive', 3, 'none of 3 measurements succeeded'],
    ['FFFS', { failureLimit: 3 }, 'successful', 4, 'no limit exceeded in 4 measurements'],
    ['FSFSFSF', { failureLimit: 3 }, 'failed', 7, '4 failed, failureLimit is 3'],
    ['SSSFS', { failureLimit: 0 }, 'failed', 4, '1 failed, failureLimit is 0'],
    // inconclusiveLimit
    ['I', {}, 'inconclusive', 1, '1 inconclusive, inconclusiveLimit is 0'],
    ['IIS', { inconclusiveLimit: 2 }, 'successful', 3, 'no limit exceeded in 3 measurements'],
    [
      'ISISI',
      { inconclusiveLimit: 2 },
      'inconclusive',
      5,
      '3 inconclusive, inconclusiveLimit is 2',
    ],
    // consecutiveErrorLimit
    ['EEEES', {}, 'successful', 5, 'no limit exceeded in 1 measurement'],
    ['SEEEEE', {}, 'error', 6, '5 errors in a row, consecutiveErrorLimit is 4; last: timed out'],
    [
      'EESEES',
      { consecutiveErrorLimit: 2 },
      'successful',
      6,
      'no limit exceeded in 2 measurements',
    ],
    [
      'E',
      { consecutiveErrorLimit: 0 },
      'error',
      1,
      '1 error, consecutiveErrorLimit is 0; last: timed out',
    ],
    // count
    ['SSSF', { count: 3 }, 'successful', 3, 'no limit exceeded in 3 measurements'],
    ['SSF', { count: 3 }, 'failed', 3, '1 failed, failureLimit is 0'],
    ['SESS', { count: 3 }, 'successful', 4, 'no limit exceeded in 3 measurements'],
    ['SS', { count: 3 }, 'inconclusive', 2, 'ended after 2 of 3 measurements'],
    ['EE', { count: 1 }, 'inconclusive', 2, 'ended after 0 of 1 measurement; last: timed out'],
    ['FFF', { count: 3, failureLimit: 3 }, 'inconclusive', 3, 'none of 3 measurements succeeded'],
    // consecutiveSuccessLimit
    ['SSSF', { consecutiveSuccessLimit: 3 }, 'successful', 3, '3 successes in a row'],
    ['SSF', { consecutiveSuccessLimit: 3 }, 'failed', 3, '1 failed, failureLimit is 0'],
    [
      'FFSFSS',
      { consecutiveSuccessLimit: 2, failureLimit: -1 },
      'successful',
      6,
      '2 successes in a row',
    ],
    [
      'SFSF',
      { consecutiveSuccessLimit: 2, failureLimit: -1 },
      'inconclusive',
      4,
      'never 2 successes in a row in 4 measurements',
    ],
    [
      'SFSSS',
      { consecutiveSuccessLimit: 3, failureLimit: -1, count: 4 },
      'inconclusive',
      4,
      'never 3 successes in a row in 4 measurements',
    ],
    [
      'SES',
      { consecutiveSuccessLimit: 2 },
      'inconclusive',
      3,
      'never 2 successes in a row in 2 measurements; last: timed out',
    ],
    [
      'SISS',
      { consecutiveSuccessLimit: 2, inconclusiveLimit: 1 },
      'successful',
      4,
      '2 successes in a row',
    ],
    // noData
    ['', {}, 'inconclusive', 0, 'nothing was measured'],
    ['---', {}, 'inconclusive', 3, 'nothing was measured, 3 without data'],
    ['-S-S', {}, 'successful', 4, 'no limit exceeded in 2 measurements'],
    ['S-S', { consecutiveSuccessLimit: 2 }, 'successful', 3, '2 successes in a row'],
    [
      'EE-EE-E',
      {},
      'error',
      7,
      '5 errors in a row, consecutiveErrorLimit is 4, 2 without data; last: timed out',
    ],
    ['S-', { noData: 'fail' }, 'failed', 2, '1 failed, failureLimit is 0, 1 without data'],
    [
      'S-S',
      { noData: 'fail', failureLimit: 1 },
      'successful',
      3,
      'no limit exceeded in 3 measurements',
    ],
    [
      'S-',
      { noData: 'inconclusive' },
      'inconclusive',
      2,
      '1 inconclusive, inconclusiveLimit is 0, 1 without data',
    ],
    [
      '---',
      { noData: 'inconclusive', inconclusiveLimit: 5 },
      'inconclusive',
      3,
      'none of 3 measurements succeeded, 3 without data',
    ],
  ])('%s with %j: %s after %d', (measurements, limits, phase, after, reason) => {
    expect(run(measurements, limits)).toEqual({ phase, after, reason });
  });

  it.each([
    [{ failureLimit: -1 }, /nothing could fail/],
    [{ failureLimit: -2 }, /-1/],
    [{ count: 0 }, /1/],
    [{ count: 1.5 }, /int/],
    [{ failurelimit: 3 }, /failurelimit/],
    [{ noData: 'succeed' }, /wait/],
  ])('%j is refused', (limits, message) => {
    const { error } = limitsSchema.safeParse(limits);
    expect(error?.issues[0]?.message).toMatch(message);
  });

  it('never succeeds without a success, and never while a limit is exceeded', () => {
    const letters = fc.array(fc.constantFrom('S', 'F', 'I', 'E', '-'), { maxLength: 20 });
    const limits = fc.record(
      {
        count: fc.integer({ min: 1, max: 8 }),
        failureLimit: fc.integer({ min: 0, max: 3 }),
        inconclusiveLimit: fc.integer({ min: 0, max: 3 }),
        consecutiveErrorLimit: fc.integer({ min: 0, max: 3 }),
        consecutiveSuccessLimit: fc.integer({ min: 0, max: 3 }),
        noData: fc.constantFrom('fail', 'wait', 'inconclusive'),
      },
      { requiredKeys: [] },
    );
    const phasesSeen = new Set<string>();
    fc.assert(
      fc.property(letters, limits, (list, given) => {
        const { phase, after } = run(list.join(''), given);
        phasesSeen.add(phase);
        if (phase !== 'successful') return;
        const used = list.slice(0, after);
        const times = (letter: string) => used.filter((one) => one === letter).length;
        const extra = (kind: string) => (given.noData === kind ? times('-') : 0);
        expect(times('S')).toBeGreaterThan(0);
        expect(times('F') + extra('fail')).toBeLessThanOrEqual(given.failureLimit ?? 0);
        expect(times('I') + extra('inconclusive')).toBeLessThanOrEqual(
          given.inconclusiveLimit ?? 0,
        );
      }),
      { numRuns: 1000 },
    );
    expect([...phasesSeen].sort()).toEqual(['error', 'failed', 'inconclusive', 'successful']);
  });
});
