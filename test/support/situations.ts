/** Releases in every situation, built the only way there is: by folding events. */

import type { ReleaseEventBody, RolloutEventBody, Wait } from '../../domain/events.ts';
import type { Verdict } from '../../domain/analysis/verdict.ts';
import { advance, newRelease, type ReleaseProgress } from '../../domain/progress.ts';
import type { Actor } from '../../domain/release.ts';
import { aVersion } from './builders.ts';

export const jane: Actor = { id: 'jane', channel: 'api' };
export const joe: Actor = { id: 'joe', channel: 'slack' };

/** Time passes by a second with every event. */
export function fold(
  ...bodies: (ReleaseEventBody | [string, RolloutEventBody])[]
): ReleaseProgress {
  const start = newRelease({ application: 'shop', number: 7 }, at(0));
  return bodies.reduce((progress, body, index) => {
    const event = Array.isArray(body)
      ? { at: at(index + 1), environment: body[0], ...body[1] }
      : { at: at(index + 1), environment: null, ...body };
    return advance(progress, event);
  }, start);
}

export function at(second: number): string {
  return new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
}

export function aWait(key: string, change: Partial<Wait> = {}): Wait {
  return { key, for: `${key} to end`, since: at(0), until: at(60), then: 'it goes on', ...change };
}

export function aVerdict(verdict: Verdict['verdict'], change: Partial<Verdict> = {}): Verdict {
  const causes = {
    pass: 'ok',
    fail: 'breach',
    insufficient_data: 'noData',
    inconclusive: 'undecided',
    invalid: 'invalid',
  } as const;
  const cause = causes[verdict];
  const sentence = `errors: ${verdict}`;
  return { verdict, cause, culprit: null, sentence, evidence: [], looks: 3, ...change };
}

export const submitted: ReleaseEventBody = {
  type: 'release.submitted',
  version: aVersion('1.1.0'),
  by: jane,
  reason: null,
};

const started: RolloutEventBody = {
  type: 'rollout.started',
  stable: '1.0.0',
  designated: '1.0.0',
  weights: [5, 25, 100],
};
const shifted = (weight: number, step: number): RolloutEventBody => ({
  type: 'traffic.shifted',
  shares: [
    { version: '1.0.0', weight: 100 - weight },
    { version: '1.1.0', weight },
  ],
  weight,
  step,
});
const baking = (step: number, weight: number): RolloutEventBody => ({
  type: 'bake.started',
  step,
  weight,
  wait: aWait('bake'),
});
const production: ReleaseEventBody = { type: 'stage.entered', stage: 'production' };
const verifying: ReleaseEventBody = { type: 'stage.entered', stage: 'verify' };
const pausing = (environment: string | null): ReleaseEventBody => ({
  type: 'action.accepted',
  action: 'pause',
  by: jane,
  reason: null,
  only: environment,
});
const eu = (body: RolloutEventBody): [string, RolloutEventBody] => ['eu', body];
const toStepOne = [submitted, production, eu(started), eu(shifted(5, 1)), eu(baking(1, 5))];
const holding = (key: string) => eu({ type: 'rollout.holding', wait: aWait(key) });

const toTheWatch = [
  ...toStepOne,
  eu({ type: 'rollback.started', to: '1.0.0', cause: 'errors', by: jane }),
  { type: 'stage.entered', stage: 'rollback' } as const,
  eu({ type: 'rollback.returned', to: '1.0.0', shares: [], wait: aWait('verify') }),
];

/** One progress per situation, named in words. */
export const situations = {
  queued: fold(submitted, { type: 'release.queued', wait: aWait('queue') }),
  verifying: fold(submitted, verifying, {
    type: 'check.started',
    check: 'ci',
    wait: aWait('checks'),
  }),
  'held after CI did not decide': fold(submitted, verifying, {
    type: 'release.holding',
    wait: aWait('failure'),
  }),
  'testing in staging': fold(
    submitted,
    { type: 'stage.entered', stage: 'staging' },
    ['staging', started],
    ['staging', { type: 'test.started', name: 'smoke' }],
  ),
  'held after a test failed': fold(
    submitted,
    { type: 'stage.entered', stage: 'staging' },
    ['staging', started],
    ['staging', { type: 'rollout.holding', wait: aWait('failure') }],
  ),
  'deploying the candidate': fold(submitted, production, eu(started)),
  'at a gate': fold(submitted, production, {
    type: 'gate.opened',
    gate: 'production',
    needs: 2,
    exclude: ['jane'],
    wait: aWait('gate'),
  }),
  'at a gate inside a rollout': fold(
    ...toStepOne,
    eu({
      type: 'gate.opened',
      gate: '25%',
      needs: 1,
      exclude: ['jane'],
      roles: ['qa'],
      people: ['joe'],
      wait: aWait('gate'),
    }),
  ),
  'baking at step 1': fold(...toStepOne),
  'baking, paused': fold(...toStepOne, pausing(null)),
  'baking, eu paused': fold(...toStepOne, pausing('eu')),
  'held without a verdict': fold(...toStepOne, holding('verdict')),
  'held by a pause': fold(...toStepOne, pausing(null), holding('pause')),
  'waiting for a window': fold(...toStepOne, holding('window')),
  'baking at 100 %': fold(...toStepOne, eu(shifted(100, 3)), eu(baking(3, 100))),
  warm: fold(...toStepOne, eu({ type: 'rollout.finished', version: '1.1.0' }), {
    type: 'release.warm',
    wait: aWait('warm'),
  }),
  'rolling back': fold(
    ...toStepOne,
    eu({ type: 'rollback.started', to: '1.0.0', cause: 'errors', by: jane }),
    { type: 'stage.entered', stage: 'rollback' },
  ),
  'held at a one-way door': fold(
    ...toStepOne,
    eu({ type: 'door.passed', version: '1.1.0', reason: 'drops a column' }),
    holding('door'),
  ),
  'back, and watched': fold(...toTheWatch),
  'back, and sick': fold(
    ...toTheWatch,
    eu({
      type: 'rollback.failed',
      to: '1.0.0',
      sentence: '1.0.0 is sick in eu',
      attempts: 1,
      evidence: [],
      wait: aWait('sick'),
    }),
  ),
  ended: fold(submitted, {
    type: 'release.ended',
    outcome: 'rejected',
    sentence: 'CI is not green',
  }),
} satisfies Record<string, ReleaseProgress>;

export type Situation = keyof typeof situations;
