import { describe, expect, it } from 'vitest';
import { rolledBack } from '../test/support/recorded-release.ts';
import { briefly, isLargePlan, isUrgent } from './brief.ts';
import type { RolloutEvent } from './events.ts';
import { haltOf } from './waves.ts';
import { advanceAll, newRelease } from './progress.ts';

const frame = { environment: 'eu', at: '2026-11-26T00:00:00.000Z' };
const evidence = { metric: 'errors', sentence: 'x'.repeat(5000) } as never;

describe('domain/brief', () => {
  it('keeps what is decided by: the fold of brief events halts as the whole one does', () => {
    const events = rolledBack();
    const start = newRelease({ application: 'shop', number: 7 }, frame.at);
    const brief = events.flatMap((event) =>
      event.environment === null ? event : (briefly(event) ?? []),
    );
    const [whole, short] = [advanceAll(start, events), advanceAll(start, brief)];
    expect(haltOf(short.plan, short.rollouts)).toEqual(haltOf(whole.plan, whole.rollouts));
    const decided = ({ rollouts }: typeof whole) =>
      Object.values(rollouts).map(({ environment, stage, step, peak, outcome, live, cause }) => {
        return { environment, stage, step, peak, outcome, live, cause };
      });
    expect(decided(short)).toEqual(decided(whole));
  });

  it.each<[string, RolloutEvent]>([
    [
      'a verdict',
      {
        ...frame,
        type: 'bake.finished',
        step: 1,
        weight: 5,
        verdict: {
          verdict: 'fail',
          cause: 'breach',
          culprit: 'errors',
          sentence: 's'.repeat(5000),
          evidence: [evidence],
          looks: 3,
        },
      },
    ],
    [
      'a test',
      {
        ...frame,
        type: 'test.finished',
        result: {
          name: 'smoke',
          passed: false,
          total: 900,
          failed: 900,
          failures: Array.from({ length: 900 }, (_, index) => `case ${index}`),
          detail: 'd'.repeat(5000),
          logTail: 'l'.repeat(5000),
        },
      },
    ],
    [
      'a cause',
      {
        ...frame,
        type: 'rollback.started',
        to: null,
        cause: 'c'.repeat(5000),
        by: { id: 'x', channel: 'api' },
      },
    ],
  ])('%s takes little room', (_, event) => {
    expect(JSON.stringify(briefly(event)).length).toBeLessThan(500);
  });

  it('leaves out what changes nothing', () => {
    expect(briefly({ ...frame, type: 'version.retired', version: '1.0.0' })).toBeNull();
  });

  it('presses when somebody is waited for or a decision hangs on it', () => {
    expect(isUrgent({ ...frame, type: 'rollout.finished', version: '1.1.0' })).toBe(true);
    expect(isUrgent({ ...frame, type: 'version.deploying', version: '1.1.0' })).toBe(false);
  });

  it('no plan is not a large one', () => {
    expect(isLargePlan(null)).toBe(false);
  });
});
