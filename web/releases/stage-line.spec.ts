import { describe, expect, it } from 'vitest';
import type { CrescendoEvent } from '../../domain/events.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import {
  inEnvironment,
  progressOf,
  release,
  rolledBack,
  untilProduction,
} from '../../test/support/recorded-release.ts';
import { stageLine, stateMark } from './stage-line.ts';

function drawn(progress: ReleaseProgress): string {
  return stageLine(progress)
    .map(({ stage, state }) => `${stage} ${state}`)
    .join(', ');
}

function after(count: number): CrescendoEvent[] {
  return untilProduction().slice(0, count);
}

const ended = release(60, { type: 'release.ended', outcome: 'succeeded', sentence: 'done' });
const rejected = release(3, { type: 'release.ended', outcome: 'rejected', sentence: 'CI is red' });

describe('web/releases/stage-line.ts', () => {
  it.each([
    ['in the queue', after(1), 'verify ahead, staging ahead, production ahead, warm ahead'],
    ['verifying', after(4), 'verify now, staging ahead, production ahead, warm ahead'],
    ['in production', after(13), 'verify done, staging done, production now, warm ahead'],
    ['succeeded', [...after(13), ended], 'verify done, staging done, production done, warm done'],
    [
      'rejected',
      [...after(4), rejected],
      'verify failed, staging ahead, production ahead, warm ahead',
    ],
    [
      'rolling back',
      rolledBack().slice(0, -3),
      'verify done, staging done, production failed, rollback now',
    ],
    ['rolled back', rolledBack(), 'verify done, staging done, production failed, rollback done'],
  ])('draws a release that is %s', (_, events, expected) => {
    expect(drawn(progressOf(events))).toBe(expected);
  });

  it('leaves out what is not planned', () => {
    const progress = progressOf(after(2));
    const plan = progress.plan && { ...progress.plan, verify: [], staging: null };

    expect(drawn({ ...progress, plan, stage: 'production' })).toBe('production now, warm ahead');
  });

  it('tells a rollback that is late from one that is done', () => {
    const late = inEnvironment('eu', 50, {
      type: 'rollback.delayed',
      sentence: 'the router does not answer',
      attempts: 4,
    });
    const progress = progressOf([...rolledBack().slice(0, 29), late]);

    expect(progress.outcome).toBe('rollback_failed');
    expect(drawn(progress)).toContain('rollback failed');
  });

  it.each([
    [{ stage: 'queued', outcome: null }, 'quiet', 'queued'],
    [{ stage: 'production', outcome: null }, 'live', 'production'],
    [{ stage: 'production', outcome: null, paused: true }, 'warn', 'paused'],
    [{ stage: 'rollback', outcome: null, paused: true }, 'bad', 'rolling back'],
    [{ stage: 'ended', outcome: 'succeeded' }, 'good', 'succeeded'],
    [{ stage: 'rollback', outcome: 'rollback_failed' }, 'bad', 'rollback failed'],
  ] as const)('says %j in a word', (standing, tone, word) => {
    expect(stateMark(standing)).toMatchObject({ tone, word });
  });
});
