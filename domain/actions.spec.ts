import { describe, expect, it } from 'vitest';
import { aWait, fold, jane, joe, situations, type Situation } from '../test/support/situations.ts';
import {
  actionDescriptions,
  actions,
  refusal,
  type Action,
  type ActionRequest,
} from './actions.ts';

const request = (change: Partial<ActionRequest> = {}): ActionRequest => ({
  id: 'a',
  by: joe,
  reason: 'because',
  environment: null,
  full: false,
  step: null,
  ...change,
});

const ann = { id: 'ann', channel: 'api' } as const;

/** What is accepted in each situation; everything else is refused. */
const accepted: Record<Situation, Action[]> = {
  queued: ['pause', 'abort'],
  verifying: ['pause', 'rollback', 'abort', 'skip'],
  'held after CI did not decide': ['pause', 'rollback', 'abort', 'retry', 'skip'],
  'testing in staging': ['pause', 'rollback', 'abort', 'skip'],
  'held after a test failed': ['pause', 'rollback', 'abort', 'retry', 'skip'],
  'deploying the candidate': ['pause', 'rollback', 'abort'],
  'at a gate': ['pause', 'rollback', 'approve', 'reject', 'abort'],
  'at a gate inside a rollout': ['pause', 'rollback', 'approve', 'reject', 'abort'],
  'baking at step 1': ['pause', 'promote', 'rollback', 'abort'],
  'baking, paused': ['resume', 'promote', 'rollback', 'abort'],
  'baking, eu paused': ['pause', 'resume', 'promote', 'rollback', 'abort'],
  'held without a verdict': ['pause', 'promote', 'rollback', 'abort', 'retry'],
  'held by a pause': ['resume', 'promote', 'rollback', 'abort'],
  'waiting for a window': ['pause', 'rollback', 'abort', 'override'],
  'baking at 100 %': ['pause', 'promote', 'rollback', 'abort'],
  warm: ['rollback'],
  'rolling back': ['retry'],
  'held at a one-way door': ['pause', 'promote', 'retry'],
  'back, and watched': ['retry', 'skip'],
  'back, and sick': ['retry', 'skip'],
  ended: [],
};

const table = (Object.keys(situations) as Situation[]).flatMap((situation) =>
  actions.map((action) => [situation, action, accepted[situation].includes(action)] as const),
);

describe('domain/actions', () => {
  it.each(table)('%s: %s is accepted: %s', (situation, action, expected) => {
    const answer = refusal(situations[situation], action, request());
    expect(answer === null).toBe(expected);
    if (!expected) expect(answer).toMatch(/^\S.{7,}[^.]$/);
  });

  it.each<[string, Situation, Action, Partial<ActionRequest>, string]>([
    ['why it ended', 'ended', 'promote', {}, 'the release has ended: CI is not green'],
    ['what to do instead of a rollback', 'queued', 'rollback', {}, 'use `abort`'],
    ['what to do instead of an abort', 'warm', 'abort', {}, 'use `rollback`'],
    ['what to do instead of a rejection', 'baking at step 1', 'reject', {}, 'use `abort`'],
    ['which environments there are', 'baking at step 1', 'pause', { environment: 'us' }, '(eu)'],
    ['that none has started', 'queued', 'pause', { environment: 'us' }, '(none has started)'],
    ['that a step is over', 'baking at step 1', 'promote', { step: 2 }, 'eu is at step 1'],
    ['who may approve', 'at a gate inside a rollout', 'approve', { by: ann }, 'of qa: joe'],
    [
      'that a gate cannot be promoted over',
      'at a gate inside a rollout',
      'promote',
      {},
      'approve it or reject it',
    ],
    ['that rejecting needs a reason', 'at a gate', 'reject', { reason: null }, 'needs a reason'],
    ['that skipping needs a reason', 'verifying', 'skip', { reason: null }, 'needs a reason'],
    [
      'that overriding needs a reason',
      'waiting for a window',
      'override',
      { reason: null },
      'needs a reason',
    ],
    ['that an override ends', 'waiting for a window', 'override', { for: 8 * 86_400_000 }, '7d'],
    ['that nothing is overridden', 'baking at step 1', 'override', {}, 'nothing waits'],
    ['that the initiator may not approve', 'at a gate', 'approve', { by: jane }, 'somebody else'],
    ['that it is paused already', 'baking, eu paused', 'pause', { environment: 'eu' }, 'already'],
    ['that all of it is paused', 'baking, paused', 'resume', { environment: 'eu' }, 'as a whole'],
  ])('says %s', (_, situation, action, change, words) => {
    expect(refusal(situations[situation], action, request(change))).toContain(words);
  });

  it.each<[string, Situation, Action, Partial<ActionRequest>]>([
    ['the current step', 'baking at step 1', 'promote', { step: 1 }],
    ['one environment', 'baking at step 1', 'rollback', { environment: 'eu' }],
    ['resuming one environment', 'baking, eu paused', 'resume', { environment: 'eu' }],
  ])('accepts %s', (_, situation, action, change) => {
    expect(refusal(situations[situation], action, request(change))).toBeNull();
  });

  it('goes back past a one-way door with force and a reason, and not without', () => {
    const progress = situations['held at a one-way door'];
    for (const action of ['rollback', 'abort'] as const) {
      expect(refusal(progress, action, request())).toContain('(drops a column)');
      const forced = request({ force: true });
      expect(refusal(progress, action, forced)).toBeNull();
      expect(refusal(progress, action, { ...forced, reason: null })).toBe('force needs a reason');
    }
  });

  it('takes one approval of a person, not two', () => {
    const opened = { gate: 'production', needs: 2, exclude: [], wait: aWait('gate') };
    const approved = { gate: 'production', by: joe, reason: null, missing: 1 };
    const progress = fold(
      { type: 'gate.opened', ...opened },
      { type: 'gate.approved', ...approved },
    );
    expect(refusal(progress, 'approve', request())).toBe('joe has approved already');
    expect(refusal(progress, 'approve', request({ by: jane }))).toBeNull();
  });

  it('leaves an environment alone that is on its way back while others go on', () => {
    const progress = fold(
      ['eu', { type: 'rollback.started', to: '1.0.0', cause: 'errors', by: jane }],
      ['us', { type: 'rollout.started', stable: null, designated: null, weights: [100] }],
    );
    const at = (environment: string) => request({ environment });
    expect(refusal(progress, 'abort', at('eu'))).toContain('rolling back already');
    expect(refusal(progress, 'retry', at('eu'))).toBeNull();
    expect(refusal(progress, 'abort', at('us'))).toBeNull();
  });

  it('describes every action', () => {
    for (const action of actions) expect(actionDescriptions[action].length).toBeGreaterThan(20);
  });
});
