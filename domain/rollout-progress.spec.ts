import { describe, expect, it } from 'vitest';
import { aVerdict, aWait, at, jane } from '../test/support/situations.ts';
import type { DelayedStage, RolloutEvent, RolloutEventBody } from './events.ts';
import { advanceRollout, newRollout, type RolloutProgress } from './rollout-progress.ts';

function fold(...bodies: RolloutEventBody[]): RolloutProgress {
  return bodies.reduce(
    (progress, body, index) =>
      advanceRollout(progress, { ...body, at: at(index + 1), environment: 'eu' }),
    newRollout('eu', at(0)),
  );
}

const started: RolloutEventBody = {
  type: 'rollout.started',
  stable: '1.0.0',
  designated: '0.9.0',
  weights: [5, 100],
};
const shifted = (weight: number, step: number | null): RolloutEventBody => ({
  type: 'traffic.shifted',
  shares: [{ version: '1.1.0', weight }],
  weight,
  step,
});
const baking: RolloutEventBody = { type: 'bake.started', step: 1, weight: 5, wait: aWait('bake') };
const finished = (verdict: 'pass' | 'fail' | 'inconclusive'): RolloutEventBody => ({
  type: 'bake.finished',
  step: 1,
  weight: 5,
  verdict: aVerdict(verdict),
});
const delayed = (stage: DelayedStage): RolloutEventBody => ({
  type: 'step.delayed',
  stage,
  attempts: 3,
  sentence: 'no',
  wait: aWait('delay'),
});
const back: RolloutEventBody = { type: 'rollback.started', to: '1.0.0', cause: 'errors', by: jane };
const returned: RolloutEventBody = {
  type: 'rollback.returned',
  to: '1.0.0',
  shares: [],
  wait: aWait('verify'),
};
const test = (name: string, passed: boolean): RolloutEventBody => ({
  type: 'test.finished',
  result: { name, passed, total: 1, failed: 0, failures: [], detail: '', logTail: '' },
});

describe('domain/rollout-progress', () => {
  it.each<[string, RolloutEventBody[], RolloutProgress['stage']]>([
    ['started', [started], 'deploy'],
    ['up but without traffic', [started, shifted(0, null)], 'deploy'],
    ['testing', [started, { type: 'test.started', name: 'smoke' }], 'test'],
    ['shifted to a step', [started, shifted(5, 1)], 'shift'],
    ['baking', [started, shifted(5, 1), baking], 'bake'],
    ['a verdict alone changes no stage', [started, baking, finished('pass')], 'bake'],
    [
      'a router that refuses a step',
      [started, baking, finished('pass'), delayed('shift')],
      'shift',
    ],
    ['holding', [started, baking, { type: 'rollout.holding', wait: aWait('pause') }], 'hold'],
    ['finished', [started, { type: 'rollout.finished', version: '1.1.0' }], 'finished'],
    ['rolling back', [started, back], 'rollback'],
    ['a shift while rolling back', [started, back, shifted(0, null)], 'rollback'],
    [
      'late while rolling back',
      [back, { type: 'rollback.delayed', sentence: 's', attempts: 1 }],
      'rollback',
    ],
    [
      'ended',
      [
        started,
        {
          type: 'rollout.ended',
          version: '1.1.0',
          outcome: 'finished',
          live: '1.1.0',
          sentence: '',
        },
      ],
      'ended',
    ],
    ['back, and watched', [started, back, returned], 'rollback'],
  ])('stage: %s', (_, events, stage) => expect(fold(...events).stage).toBe(stage));

  it('knows its steps, and where it would go back', () => {
    const rollout = fold(started);
    expect(rollout).toMatchObject({ stable: '1.0.0', designated: '0.9.0', step: null });
    expect(rollout.steps.map(({ number, weight, state }) => [number, weight, state])).toEqual([
      [1, 5, 'waiting'],
      [2, 100, 'waiting'],
    ]);
  });

  it.each([
    ['pass', finished('pass'), 'passed'],
    ['fail', finished('fail'), 'failed'],
    ['inconclusive', finished('inconclusive'), 'inconclusive'],
    [
      'promotion',
      { type: 'bake.promoted', step: 1, weight: 5, by: jane, reason: null } as const,
      'promoted',
    ],
  ])('step after %s', (_, event, state) => {
    const { steps, wait } = fold(started, shifted(5, 1), baking, event);
    expect(steps.map((step) => step.state)).toEqual([state, 'waiting']);
    expect(wait).toBeNull();
  });

  it('keeps the highest share it ever had', () => {
    const rollout = fold(started, shifted(25, 1), back, shifted(0, null));
    expect(rollout).toMatchObject({ weight: 0, peak: 25, cause: 'errors', designated: '1.0.0' });
  });

  it('keeps the time at which a stage began', () => {
    expect(fold(started, shifted(5, 1), baking, baking).since).toBe(at(3));
  });

  it('keeps the latest result of each test', () => {
    const { tests } = fold(started, test('a', false), test('b', true), test('a', true));
    expect(tests.map(({ name, passed }) => [name, passed])).toEqual([
      ['b', true],
      ['a', true],
    ]);
  });

  it('keeps the weight of a return that is watched, and forgets the watch when it goes back', () => {
    const there = [
      started,
      shifted(100, 1),
      { type: 'rollout.finished', version: '1.0.0' } as const,
    ];
    const watched = fold(...there, returned);
    expect(watched).toMatchObject({ stage: 'finished', weight: 100, back: 'watched' });
    expect(fold(...there, returned, back)).toMatchObject({ stage: 'rollback', back: null });
    expect(fold(started, shifted(100, 1), back, returned)).toMatchObject({ weight: 0 });
  });

  it('knows on which round trip it is, until that is over or it goes back', () => {
    const trip = { type: 'trip.started', version: '1.0.0' } as const;
    const over = { type: 'trip.finished', version: '1.0.0', sentence: '' } as const;
    const away = [started, test('smoke', true), shifted(100, null), trip];
    expect(fold(...away)).toMatchObject({ stage: 'deploy', trip: '1.0.0', peak: 100 });
    expect(fold(...away, over)).toMatchObject({ trip: null, wait: null });
    expect(fold(...away, back)).toMatchObject({ trip: null, stage: 'rollback' });
  });

  it('bakes on while a test of the step runs, and is left to the test after it', () => {
    const smoke = { type: 'test.started', name: 'smoke' } as const;
    const both = [started, shifted(5, 1), smoke, baking];
    expect(fold(...both)).toMatchObject({ stage: 'bake', testing: 'smoke' });
    expect(fold(...both, test('smoke', true))).toMatchObject({ stage: 'bake', testing: null });
    expect(fold(started, shifted(5, 1), baking, smoke)).toMatchObject({ stage: 'bake' });
    expect(fold(...both, finished('pass'))).toMatchObject({ stage: 'test', testing: 'smoke' });
    expect(fold(...both, finished('fail'))).toMatchObject({ stage: 'bake' });
    expect(fold(...both, finished('fail'), back)).toMatchObject({ testing: null });
    const hold = { type: 'rollout.holding', wait: aWait('verdict') } as const;
    expect(fold(...both, hold, test('smoke', true), smoke)).toMatchObject({ stage: 'hold' });
  });

  it.each<[string, DelayedStage, RolloutEventBody]>([
    ['stable is up again', 'deploy', { type: 'version.deploying', version: '1.1.0' }],
    ['the candidate is up', 'deploy', { type: 'version.deployed', version: '1.1.0', url: 'u' }],
    ['the router knows it', 'shift', shifted(0, null)],
    ['the router has taken the step', 'shift', shifted(5, 1)],
    ['it turns back', 'shift', back],
  ])('waits for what is delayed until %s', (_, stage, event) => {
    expect(fold(started, delayed(stage)).wait).toEqual(aWait('delay'));
    expect(fold(started, delayed(stage), event).wait).toBeNull();
  });

  it('is no longer late once it is verified', () => {
    const late = { type: 'rollback.delayed', sentence: 'late', attempts: 1 } as const;
    const verified: RolloutEventBody = { type: 'rollback.verified', to: '1.0.0', shares: [] };
    expect(fold(back, late).sentence).toBe('late');
    expect(fold(back, late, verified)).toMatchObject({ sentence: null, weight: 0, shares: [] });
  });

  it('says how it ended and who has the audience', () => {
    const ended = { outcome: 'rolled_back', live: '1.0.0', sentence: 'errors' } as const;
    expect(fold(started, { type: 'rollout.ended', version: '1.1.0', ...ended })).toMatchObject(
      ended,
    );
  });

  it.each<[string, RolloutEventBody]>([
    ['deploying', { type: 'version.deploying', version: '1.1.0' }],
    ['retired', { type: 'version.retired', version: '1.0.0' }],
  ])('%s changes nothing', (_, body) => {
    const before = fold(started);
    const event: RolloutEvent = { ...body, at: at(9), environment: 'eu' };
    expect(advanceRollout(before, event)).toBe(before);
  });
});
