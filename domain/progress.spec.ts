import { describe, expect, it } from 'vitest';
import {
  aVerdict,
  aWait,
  at,
  fold,
  jane,
  joe,
  situations,
  submitted,
} from '../test/support/situations.ts';
import {
  inEnvironment,
  rolledBack,
  startedIn,
  step,
  untilProduction,
} from '../test/support/recorded-release.ts';
import type { ReleaseEventBody } from './events.ts';
import { advance, advanceAll, newRelease } from './progress.ts';

const act = (action: 'pause' | 'resume' | 'promote', environment: string | null = null) =>
  ({ type: 'action.accepted', action, by: jane, reason: null, only: environment }) as const;
const opened: ReleaseEventBody = {
  type: 'gate.opened',
  gate: 'wave 2',
  needs: 2,
  exclude: ['jane'],
  wait: aWait('gate'),
};

const late = [
  ...untilProduction(),
  ...startedIn('eu', 8),
  inEnvironment('eu', 20, { type: 'rollback.started', to: '1.1.0', cause: 'errors', by: jane }),
  inEnvironment('eu', 90, { type: 'rollback.delayed', sentence: 'still trying', attempts: 1 }),
];

describe('domain/progress', () => {
  it('begins in the queue, with nothing known', () => {
    expect(newRelease({ application: 'shop', number: 7 }, at(0))).toMatchObject({
      id: 'shop:7',
      stage: 'queued',
      version: null,
      outcome: null,
      paused: false,
      pausedIn: [],
    });
  });

  it('knows what is released, by whom, since when', () => {
    const progress = fold(submitted);
    expect(progress).toMatchObject({ initiator: jane, submittedAt: at(1) });
    expect(progress.version?.name).toBe('1.1.0');
  });

  it.each<[string, ReleaseEventBody[], string | null]>([
    ['a queue sets it', [{ type: 'release.queued', wait: aWait('queue') }], 'queue'],
    ['a hold sets it', [{ type: 'release.holding', wait: aWait('failure') }], 'failure'],
    [
      'resuming clears it',
      [{ type: 'release.holding', wait: aWait('pause') }, { type: 'release.resumed' }],
      null,
    ],
    [
      'a new stage clears it',
      [
        { type: 'release.queued', wait: aWait('queue') },
        { type: 'stage.entered', stage: 'verify' },
      ],
      null,
    ],
    ['a gate sets it', [opened], 'gate'],
    [
      'a closed gate clears it',
      [opened, { type: 'gate.closed', gate: 'wave 2', approved: true, sentence: '' }],
      null,
    ],
    ['warm sets it', [{ type: 'release.warm', wait: aWait('warm') }], 'warm'],
    [
      'the end clears it',
      [
        { type: 'release.warm', wait: aWait('warm') },
        { type: 'release.ended', outcome: 'succeeded', sentence: '' },
      ],
      null,
    ],
  ])('wait: %s', (_, events, key) => expect(fold(...events).wait?.key ?? null).toBe(key));

  it('keeps one line per check, in the order of their start', () => {
    const started = (check: string): ReleaseEventBody => ({
      type: 'check.started',
      check,
      wait: aWait('checks'),
    });
    const progress = fold(started('a'), started('b'), {
      type: 'check.finished',
      check: 'a',
      state: 'passed',
      detail: '3 of 3',
      url: 'http://ci',
    });
    expect(progress.checks).toEqual([
      { check: 'a', state: 'passed', detail: '3 of 3', url: 'http://ci' },
      { check: 'b', state: 'running', detail: '', url: null },
    ]);
  });

  it('collects approvals while the gate is open', () => {
    const approved = (by: typeof jane): ReleaseEventBody => ({
      type: 'gate.approved',
      gate: 'wave 2',
      by,
      reason: null,
      missing: 0,
    });
    const progress = fold(opened, approved(joe), approved(jane));
    expect(progress.gate?.approvals.map(({ by }) => by.id)).toEqual(['joe', 'jane']);
    expect(fold(approved(joe)).gate).toBeNull();
  });

  it.each([
    ['nothing', [], false, []],
    ['pause', [act('pause')], true, []],
    ['pause and resume', [act('pause'), act('resume')], false, []],
    ['one environment', [act('pause', 'eu')], false, ['eu']],
    ['one environment twice', [act('pause', 'eu'), act('pause', 'eu')], false, ['eu']],
    [
      'one of two resumed',
      [act('pause', 'eu'), act('pause', 'us'), act('resume', 'eu')],
      false,
      ['us'],
    ],
    ['resume of the whole frees all', [act('pause', 'eu'), act('resume')], false, []],
    ['another action', [act('pause'), act('promote')], true, []],
  ] as const)('paused: %s', (_, events, paused, pausedIn) => {
    expect(fold(...events)).toMatchObject({ paused, pausedIn });
  });

  it('remembers the last fifty actions', () => {
    const many = Array.from({ length: 60 }, () => act('promote'));
    const { actions } = fold(...many, act('pause'));
    expect(actions).toHaveLength(50);
    expect(actions.at(-1)).toEqual({
      action: 'pause',
      by: jane,
      reason: null,
      environment: null,
      at: at(61),
    });
  });

  it.each([
    ['its own version', '1.1.0', 'bad'],
    ['another one, sent away by an emergency return', '1.2.0', null],
  ])('quarantine of %s', (_, version, expected) => {
    const event = { type: 'version.quarantined', version, reason: 'bad' } as const;
    expect(fold(submitted, event).quarantined).toBe(expected);
  });

  it('counts as failed while a rollback is late, and no longer once it is verified', () => {
    const begun: Parameters<typeof fold> = [
      submitted,
      ['eu', { type: 'rollback.started', to: '1.0.0', cause: 'errors', by: jane }],
      ['eu', { type: 'rollback.delayed', sentence: 'still trying', attempts: 1 }],
    ];
    expect(fold(...begun)).toMatchObject({ outcome: 'rollback_failed', sentence: 'still trying' });
    const verified = { type: 'rollback.verified', to: '1.0.0', shares: [] } as const;
    expect(fold(...begun, ['eu', { ...verified, shares: [] }])).toMatchObject({
      outcome: null,
      sentence: null,
    });
    const ended = { type: 'release.ended', outcome: 'rolled_back', sentence: 'back' } as const;
    expect(fold(...begun, ended, ['eu', { ...verified, shares: [] }])).toMatchObject({
      outcome: 'rolled_back',
      sentence: 'back',
    });
  });

  it.each([
    ['one in production', [...untilProduction(), ...startedIn('eu', 8), ...step('eu', 20, 1, 5)]],
    ['one that was rolled back', rolledBack()],
    ['one whose rollback is late', late],
  ])('all events at once give the same as one by one: %s', (_, events) => {
    const start = newRelease({ application: 'shop', number: 7 }, at(0));
    const each = events.reduce((progress, event) => advance(progress, event), start);
    expect(advanceAll(start, events)).toEqual(each);
    for (const cut of [0, 5, events.length - 1]) {
      const half = advanceAll(start, events.slice(0, cut));
      expect(advanceAll(half, events.slice(cut))).toEqual(each);
    }
  });

  it('ends once and for all', () => {
    expect(situations.ended).toMatchObject({
      stage: 'ended',
      outcome: 'rejected',
      sentence: 'CI is not green',
      endedAt: at(2),
      gate: null,
      wait: null,
    });
  });

  it('changes nothing in the state it was given', () => {
    const before = JSON.stringify(situations['baking at step 1']);
    fold(submitted, [
      'eu',
      { type: 'bake.finished', step: 1, weight: 5, verdict: aVerdict('pass') },
    ]);
    expect(JSON.stringify(situations['baking at step 1'])).toBe(before);
  });
});
