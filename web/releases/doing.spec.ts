import { describe, expect, it } from 'vitest';
import type { CrescendoEvent } from '../../domain/events.ts';
import {
  failed,
  inEnvironment,
  mirroring,
  nowAt,
  passed,
  progressOf,
  rolledBack,
  startedIn,
  step,
  untilProduction,
  wait,
} from '../../test/support/recorded-release.ts';
import { doing, notStarted, waitSentence, waitShare } from './doing.ts';

function said(environment: string, seconds: number, events: CrescendoEvent[]): string {
  const progress = progressOf(events);
  const rollout = progress.rollouts[environment];
  if (!rollout) throw new Error(`${environment} has no rollout`);
  const { tone, word } = doing(progress, rollout, nowAt(seconds));
  return `${tone}: ${word}`;
}

const production = [...untilProduction(), ...startedIn('eu', 8)];
const baking = [...production, ...step('eu', 10, 1, 1, passed), ...step('eu', 20, 2, 5)];
const held = inEnvironment('eu', 31, {
  type: 'rollout.holding',
  wait: wait('verdict', 'a person', 31, null, 'nothing happens'),
});

const refused = inEnvironment('eu', 31, {
  type: 'step.delayed',
  stage: 'shift',
  attempts: 3,
  sentence: 'router says no',
  wait: wait('delay', 'the router', 30, null, 'it is rolled back'),
});

describe('web/releases/doing.ts', () => {
  it.each([
    ['deploys', 11, production, 'live: deploying 1.2.0 without traffic, 3 s'],
    [
      'bakes',
      32,
      baking,
      'live: baking step 2 of 5, 12 s of at most 20 s, then the policy decides',
    ],
    ['is held', 71, [...baking, held], 'warn: held at 5 %, step 2 of 5, 40 s'],
    ['is refused a step', 41, [...baking, refused], 'live: still at 5 %, step 2 of 5, 10 s'],
    ['comes back', 43, rolledBack().slice(0, -7), 'bad: rolling back to 1.1.0, 2 s'],
    ['is back', 90, rolledBack(), 'bad: rolled back, 1.1.0 has all traffic'],
  ])('says when an environment %s', (_, seconds, events, expected) => {
    expect(said('eu', seconds, events)).toBe(expected);
  });

  it('counts tests, and those that failed', () => {
    const bad = inEnvironment('staging', 5, {
      type: 'test.finished',
      result: {
        name: 'smoke',
        passed: false,
        total: 3,
        failed: 1,
        failures: ['checkout'],
        detail: '',
        logTail: '',
      },
    });
    const events = [...untilProduction().slice(0, 10), bad];

    expect(said('staging', 9, events)).toBe(
      'live: testing 1.2.0, 1 of 1 tests done, 1 failed, 6 s',
    );
  });

  it('says where a round trip goes', () => {
    const trip = inEnvironment('staging', 5, { type: 'trip.started', version: '1.1.0' });
    const events = [...untilProduction().slice(0, 10), trip];
    expect(said('staging', 9, events)).toMatch(
      /^live: round trip to 1\.1\.0 and back, \d of 1 tests done/,
    );
  });

  it('calls a mirror by its name', () => {
    expect(said('eu', 42, mirroring().slice(0, -1))).toBe(
      'live: shifted to mirror 10 %, step 2 of 4, 12 s',
    );
  });

  it.each([
    ['before it', production, 'us', '○ to come in wave 2'],
    ['after a rollback', rolledBack(), 'us', '– not reached'],
  ])('says what an environment waits for %s', (_, events, environment, expected) => {
    expect(notStarted(progressOf(events), environment)).toBe(expected);
  });

  it('says since when, until when, and what happens then', () => {
    const open = wait('gate', '1 approval', 0, null, 'the release is rejected');
    const closed = wait('gate', '1 approval', 0, 60, 'the release is rejected');

    expect(waitSentence(closed, nowAt(45))).toMatch(
      /^since .*\d\d:00:00 \(45 s\), until .*\d\d:01:00 \(15 s left\), then the release is rejected$/,
    );
    expect(waitSentence(closed, nowAt(61))).toContain('(time is up)');
    expect(waitSentence(open, nowAt(45))).toContain('with no time limit; then');
    expect([open, closed].map((each) => waitShare(each, nowAt(45)))).toEqual([null, 0.75]);
    expect(waitShare(closed, nowAt(100))).toBe(1);
  });

  it('does not repeat a verdict that the steps tell', () => {
    expect(said('eu', 90, rolledBack())).not.toContain(failed.sentence);
  });
});
