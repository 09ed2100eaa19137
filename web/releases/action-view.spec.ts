import { describe, expect, it } from 'vitest';
import { actions, type Action } from '../../domain/actions.ts';
import type { CrescendoEvent } from '../../domain/events.ts';
import {
  jane,
  passed,
  progressOf,
  release as whole,
  rolledBack,
  startedIn,
  step,
  untilProduction,
  wait,
} from '../../test/support/recorded-release.ts';
import type { ReleaseAnswer } from '../server/answers.ts';
import { actionButtons, consequence, nextWeight, targetsOf } from './action-view.ts';

function answer(events: CrescendoEvent[], allowedActions: Action[] = [...actions]): ReleaseAnswer {
  return { ...progressOf(events), allowedActions, overview: [], links: {} };
}

const baking = [...untilProduction(), ...startedIn('eu', 8), ...step('eu', 10, 1, 1, passed)];
const both = [...baking, ...step('eu', 20, 2, 5), ...startedIn('us', 8), ...step('us', 20, 5, 100)];
const gated = [
  ...baking,
  whole(30, {
    type: 'gate.opened',
    gate: 'wave 2',
    needs: 2,
    exclude: [],
    wait: wait('gate', '2 approvals', 30, 900, 'the release is rejected'),
  }),
  whole(31, { type: 'gate.approved', gate: 'wave 2', by: jane, reason: null, missing: 1 }),
];

describe('web/releases/action-view.ts', () => {
  it('offers what the server allows and knows, the way back first', () => {
    const allowed = ['abort', 'promote', 'pause', 'rollback', 'dance' as Action] as Action[];

    expect(actionButtons(answer(baking, allowed))).toEqual([
      { action: 'rollback', label: 'Roll back', tone: 'danger', confirms: true, destructive: true },
      { action: 'pause', label: 'Pause', tone: 'plain', confirms: false, destructive: false },
      { action: 'promote', label: 'Promote', tone: 'plain', confirms: true, destructive: false },
      { action: 'abort', label: 'Abort', tone: 'plain', confirms: true, destructive: true },
    ]);
    expect(actionButtons(answer(baking, []))).toEqual([]);
  });

  it.each([
    ['a gate is open', answer(gated), 'approve'],
    ['it is paused', { ...answer(baking), paused: true }, 'resume'],
    ['one environment is paused', { ...answer(baking), pausedIn: ['eu'] }, 'resume'],
    ['something failed', answer(baking), 'retry'],
  ])('suggests what helps when %s', (_, release, expected) => {
    const primary = actionButtons(release).filter(({ tone }) => tone === 'primary');

    expect(primary.map(({ action }) => action)).toEqual([expected]);
  });

  it('limits actions to environments where they mean something', () => {
    expect(targetsOf(answer(both), 'promote')).toEqual([
      { environment: 'eu', step: 2 },
      { environment: 'us', step: 5 },
    ]);
    expect(targetsOf(answer(baking), 'rollback')).toEqual([{ environment: 'eu', step: 1 }]);
    expect(targetsOf(answer(rolledBack()), 'rollback')).toEqual([]);
  });

  it('says where a promotion leads', () => {
    const release = answer(both);

    expect(nextWeight(release, { environment: 'eu', step: 2 })).toBe('to 25 %');
    expect(nextWeight(release, { environment: 'us', step: 5 })).toBe('1.2.0 is finished here');
  });

  it('says what a rollback will do', () => {
    const progress = answer(both);
    const { us } = progress.rollouts;
    const mixed = {
      ...progress,
      rollouts: { ...progress.rollouts, ...(us && { us: { ...us, designated: '1.0.9' } }) },
    };

    expect(consequence(progress, 'rollback')).toBe(
      'All traffic goes back to 1.1.0. 1.2.0 is quarantined.',
    );
    expect(consequence(mixed, 'rollback')).toBe(
      'All traffic goes back to 1.1.0 in staging, 1.1.0 in eu, 1.0.9 in us. 1.2.0 is quarantined.',
    );
    expect(consequence(answer(untilProduction().slice(0, 3)), 'rollback')).toContain(
      'No version has traffic to take back yet',
    );
    expect(consequence(answer(gated), 'approve')).toBe(
      'Gives one approval to the gate wave 2: 1 of 2 so far.',
    );
  });

  it('has a word for every action', () => {
    const buttons = actionButtons(answer(gated));

    expect(buttons.map(({ action }) => action).toSorted()).toEqual([...actions].toSorted());
    for (const action of actions) expect(consequence(answer(gated), action)).toMatch(/\.$/);
  });
});
