/** Every action at every stage, as update and as signal. */

import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { actions, type Action } from '../../domain/actions.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import type { SpecInput } from '../../domain/spec.ts';
import type { ActionMessage } from '../../workflows/messages.ts';
import { aProduction, aSpec, aVersion } from '../support/builders.ts';
import type { FakeWorld } from '../support/fake-world.ts';
import { play, type Scene } from '../support/scene.ts';

interface Stage {
  spec?: Partial<SpecInput>;
  /** Sets the world up so that a release stops in this stage. */
  stop: (world: FakeWorld) => void;
  here: (progress: ReleaseProgress) => boolean;
  /** Before the release: something that has the lane. */
  blocked?: true;
  /** What happens between the stop and the stage. */
  then?: (scene: Scene, number: number) => Promise<void>;
  accepts: Action[];
}

const eu = ({ rollouts }: ReleaseProgress) => rollouts['eu'];
const staging = ({ rollouts }: ReleaseProgress) => rollouts['staging'];
const never = (world: FakeWorld) => void (world.verdictFor = () => 'never');

/** What is accepted at each stage; every other action is refused with a sentence. */
const stages: Record<string, Stage> = {
  queued: {
    blocked: true,
    stop: never,
    here: ({ wait }) => wait?.key === 'queue',
    accepts: ['pause', 'abort'],
  },
  verify: {
    spec: { verify: [{ ci: {} }] },
    stop: (world) => void (world.checkState = () => 'never'),
    here: ({ wait }) => wait?.key === 'checks',
    accepts: ['pause', 'rollback', 'abort', 'skip'],
  },
  'staging tests': {
    stop: (world) => void (world.testPasses = () => 'never'),
    here: (progress) => staging(progress)?.stage === 'test',
    accepts: ['pause', 'rollback', 'abort', 'skip'],
  },
  'a failed test on hold': {
    spec: {
      staging: { environment: 'staging', tests: [{ name: 'smoke', fake: {} }], onFail: 'hold' },
    },
    stop: (world) => void (world.testPasses = () => false),
    here: (progress) => staging(progress)?.wait?.key === 'failure',
    accepts: ['pause', 'rollback', 'abort', 'retry', 'skip'],
  },
  deploy: {
    stop: (world) => {
      world.beforeDeploy = (version, environment) => {
        if (version !== '1.0.0' && environment === 'eu') throw new Error('still starting');
      };
    },
    here: (progress) => eu(progress)?.stage === 'deploy',
    accepts: ['pause', 'rollback', 'abort'],
  },
  gate: {
    spec: { production: aProduction({ gates: [{ before: 'production' }] }) },
    stop: () => {},
    here: ({ gate }) => gate !== null,
    accepts: ['pause', 'rollback', 'approve', 'reject', 'abort'],
  },
  'bake at a step': {
    stop: never,
    here: (progress) => eu(progress)?.stage === 'bake',
    accepts: ['pause', 'promote', 'rollback', 'abort'],
  },
  paused: {
    stop: never,
    then: pauseAtBake,
    here: ({ paused }) => paused,
    accepts: ['resume', 'promote', 'rollback', 'abort'],
  },
  'held by a pause': {
    stop: never,
    then: async (scene, number) => {
      await pauseAtBake(scene, number);
      scene.world.verdictFor = ({ weight }) => (weight === 5 ? 'pass' : 'never');
    },
    here: (progress) => eu(progress)?.wait?.key === 'pause',
    accepts: ['resume', 'promote', 'rollback', 'abort'],
  },
  'held without a verdict': {
    stop: (world) => void (world.verdictFor = () => 'noData'),
    here: (progress) => eu(progress)?.wait?.key === 'verdict',
    accepts: ['pause', 'promote', 'rollback', 'abort', 'retry'],
  },
  'final bake': {
    stop: (world) => void (world.verdictFor = ({ weight }) => (weight < 100 ? 'pass' : 'never')),
    here: (progress) => eu(progress)?.stage === 'bake' && eu(progress)?.weight === 100,
    accepts: ['pause', 'promote', 'rollback', 'abort'],
  },
  warm: {
    stop: () => {},
    here: ({ stage }) => stage === 'warm',
    accepts: ['rollback'],
  },
  'rolling back': {
    stop: (world) => {
      world.verdictFor = () => 'fail';
      world.isReady = () => false;
    },
    here: ({ stage }) => stage === 'rollback',
    accepts: ['retry'],
  },
  ended: {
    stop: (world) => {
      world.testPasses = () => false;
      // Nobody can talk to a workflow that is closed: this one still waits for the journal.
      world.beforeRecord = () => {
        throw new Error('the journal is away');
      };
    },
    here: ({ stage }) => stage === 'ended',
    accepts: [],
  },
};

async function pauseAtBake({ act, until }: Scene, number: number): Promise<void> {
  await until(number, (progress) => eu(progress)?.stage === 'bake');
  await act(number, 'pause', fair);
}

/** A payload with which nothing but the stage can be the reason for a refusal. */
const fair: ActionMessage = { by: 'joe', reason: 'because' };

/** A release that stands still in a stage. */
async function stopAt(scene: Scene, stage: Stage, version: string): Promise<number> {
  const { world, apply, submit, until } = scene;
  await apply(aSpec(stage.spec));
  stage.stop(world);
  if (stage.blocked) {
    const before = await submit(aVersion(`${version}-before`));
    await until(before.number, (progress) => eu(progress)?.stage === 'bake');
  }
  const { number } = await submit(aVersion(version));
  await stage.then?.(scene, number);
  await until(number, stage.here);
  return number;
}

/**
 * Brings what is open to its end. It has to stand still first: an activity that completes in the
 * moment of its cancellation confuses the time-skipping server for good.
 */
async function calmDown({ world, state, raw, until, end }: Scene, stage: Stage): Promise<void> {
  world.beforeRecord = () => {};
  world.isReady = () => true;
  never(world);
  world.testPasses = () => 'never';
  const { lane } = await state();
  const open = [...(lane.active ? [lane.active] : []), ...lane.queue].toReversed();
  for (const { number } of open) {
    await until(number, (progress) => standsStill(progress) || stage.here(progress));
    await raw(number, 'abort', {});
    await until(number, ({ stage: at }) => ['ended', 'rollback', 'warm'].includes(at));
    await end(number);
  }
  const verdictFor = () => 'pass' as const;
  Object.assign(world, { verdictFor, beforeDeploy: () => {}, testPasses: () => true });
  world.checkState = () => 'passed';
}

function standsStill({ stage, wait, rollouts }: ReleaseProgress): boolean {
  if (wait !== null || stage === 'ended' || stage === 'rollback') return true;
  const all = Object.values(rollouts);
  const last = all.at(-1)?.environment;
  return (
    all.length > 0 &&
    all.every(({ environment, stage: at }) => {
      return (
        at === 'bake' ||
        at === 'hold' ||
        at === 'test' ||
        (at === 'finished' && environment !== last)
      );
    })
  );
}

function refusalOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof WorkflowUpdateFailedError)) throw error;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) throw error;
  return { code: cause.type ?? '', message: cause.message };
}

/** Refused as update with code and sentence, ignored as signal, and nothing has changed. */
async function expectRefusals(scene: Scene, number: number, stage: Stage): Promise<void> {
  const { act, signal, progress } = scene;
  const before = await progress(number);
  const code = before.stage === 'ended' ? 'release_ended' : 'action_refused';
  for (const action of actions) {
    if (stage.accepts.includes(action)) continue;
    const answer = await act(number, action, fair).catch(refusalOf);
    expect(answer, action).toMatchObject({ code });
    expect('message' in answer && answer.message).toMatch(new RegExp(`^cannot ${action}: .{8,}`));
    await signal(number, action, fair);
  }
  const after = await progress(number);
  expect(after.actions).toEqual(before.actions);
  expect(after.stage).toBe(before.stage);
}

type Effect = (now: ReleaseProgress, before: ReleaseProgress) => boolean;
const returning: Effect = ({ stage }) => stage === 'ended' || stage === 'rollback';

/** What shows that an action was carried out. */
const effects: Record<Action, Effect> = {
  pause: ({ paused }) => paused,
  // Whoever it held up has moved by then.
  resume: (now, before) =>
    !now.paused && (eu(before)?.wait?.key !== 'pause' || eu(now)?.weight !== eu(before)?.weight),
  promote: (now, before) => now.stage === 'warm' || eu(now)?.step !== eu(before)?.step,
  rollback: returning,
  approve: ({ gate }) => gate === null,
  reject: ({ outcome }) => outcome === 'rejected',
  abort: returning,
  retry: (now, before) => JSON.stringify(now.rollouts) !== JSON.stringify(before.rollouts),
  skip: (now, before) => now.stage !== before.stage || now.wait?.key !== before.wait?.key,
  override: (now) => eu(now)?.stage !== 'hold',
};

async function expectAccepted(scene: Scene, number: number, action: Action): Promise<void> {
  const { act, signal, progress, until, world } = scene;
  const before = await progress(number);
  // Half of them as update, half as signal: what counts is the same for both.
  if (number % 2 === 0) await act(number, action, fair);
  else await signal(number, action, fair);
  if (before.stage === 'rollback') world.isReady = () => true;
  const after = await until(number, (now) => now.actions.length > before.actions.length);
  expect(after.actions.at(-1)).toMatchObject({ action, by: { id: 'joe' }, reason: 'because' });
  await until(number, (now) => effects[action](now, before));
}

describe('workflows/release-handlers', () => {
  it.each(Object.entries(stages))('every action at this stage: %s', (_, stage) =>
    play(async (scene) => {
      await scene.apply(aSpec());
      await scene.live('1.0.0');
      const refused = await stopAt(scene, stage, '1.1.0');
      await expectRefusals(scene, refused, stage);
      await calmDown(scene, stage);
      await scene.end(refused);
      for (const action of stage.accepts) {
        const number = await stopAt(scene, stage, `1.2.0-${action}`);
        await expectAccepted(scene, number, action);
        await calmDown(scene, stage);
      }
    }),
  );
});
