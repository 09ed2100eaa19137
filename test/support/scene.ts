/** Plays scenes with workflows: the time-skipping server, a worker with fakes, and short ways to act. */

import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type LogEntry } from '@temporalio/worker';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import { inject } from 'vitest';
import type { Action } from '../../domain/actions.ts';
import { groupActivities } from '../../activities/groups.ts';
import {
  applicationWorkflowId,
  batchWorkflowId,
  releaseWorkflowId,
  rolloutWorkflowId,
} from '../../domain/ids.ts';
import type { Hold, HoldRequest } from '../../domain/calendar/hold.ts';
import { unpack } from '../../domain/pack.ts';
import type { ReleaseProgress } from '../../domain/progress.ts';
import type { Version } from '../../domain/release.ts';
import type { Spec } from '../../domain/spec.ts';
import type { application } from '../../workflows/application.ts';
import type { batch } from '../../workflows/batch.ts';
import {
  actionSignal,
  actionUpdate,
  applicationQuery,
  applyUpdate,
  progressQuery,
  holdUpdate,
  returnUpdate,
  stopsQuery,
  submitUpdate,
  unholdUpdate,
  type ActionMessage,
  type ApplicationState,
  type ReturnRequest,
  type SubmitAnswer,
  type SubmitRequest,
} from '../../workflows/messages.ts';
import type { release, ReleaseInput } from '../../workflows/release.ts';
import type { rollout } from '../../workflows/rollout.ts';
import { resolveTemporal } from '../../embedded/toolbox/index.ts';
import { registerSearchAttributes } from '../../worker/search-attributes.ts';
import { aSpec, aVersion } from './builders.ts';
import { expectPromises } from './promises.ts';
import { createFakeWorld, tickerName, type FakeWorld } from './fake-world.ts';

export interface Scene {
  world: FakeWorld;
  env: TestWorkflowEnvironment;
  apply(spec: Spec): Promise<void>;
  submit(version: Version, extra?: Partial<SubmitRequest>): Promise<SubmitAnswer>;
  handle(number: number): WorkflowHandle<typeof release>;
  guardian(): WorkflowHandle<typeof application>;
  state(): Promise<ApplicationState>;
  progress(number: number): Promise<ReleaseProgress>;
  act(number: number, action: Action, message?: ActionMessage): Promise<ReleaseProgress>;
  signal(number: number, action: Action, message?: ActionMessage): Promise<void>;
  /** A signal with anything, as somebody may send it from Temporal Web UI. */
  raw(number: number, signal: string, ...args: unknown[]): Promise<void>;
  /** Starts a version and lets it finish. */
  live(version: string): Promise<ReleaseProgress>;
  /** Starts a version and waits until it `holds`, in real time. */
  begin(version: string, holds: (progress: ReleaseProgress) => boolean): Promise<number>;
  rollout(number: number, environment: string): WorkflowHandle<typeof rollout>;
  /** The first batch of its rollouts. */
  batch(number: number): WorkflowHandle<typeof batch>;
  /** Emergency return of the whole application. */
  goBack(to: string | null, extra?: Partial<ReturnRequest>): Promise<SubmitAnswer>;
  /** Puts up a hold of jane for so many milliseconds. */
  hold(ms: number, extra?: Partial<HoldRequest>): Promise<Hold>;
  unhold(id: string): Promise<Hold>;
  /** Lets time pass, e.g. `11m`. */
  pass(time: Duration): Promise<void>;
  /** Lets a release end; time is skipped meanwhile. */
  end(number: number): Promise<ReleaseProgress>;
  /** Waits in real time, with the workflow clock standing still, until `holds`. */
  until(number: number, holds: (progress: ReleaseProgress) => boolean): Promise<ReleaseProgress>;
}

/**
 * Plays one scene: a time-skipping server of its own (its time is global, and what one test leaves
 * unfinished would stop the time of the next), a worker with a fresh world, and the story.
 */
export async function play(story: Story): Promise<void> {
  installQuietRuntime();
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: inject('testServer') } },
  });
  await perform(env, async (scene) => {
    await startTicking(env.client);
    await story(scene);
  });
}

/**
 * Plays a scene on Temporal's dev server, for what the time-skipping one cannot do (it tells no
 * parent that its child was terminated). Time is real: write short durations.
 */
export async function playForReal(story: Story): Promise<void> {
  installQuietRuntime();
  const { path } = await resolveTemporal();
  const env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      log: { format: 'pretty', level: 'never' },
    },
  });
  await perform(env, story);
}

type Story = (scene: Scene) => Promise<void>;

async function perform(env: TestWorkflowEnvironment, story: Story): Promise<void> {
  try {
    await registerSearchAttributes(env.nativeConnection, 'default');
    const world = createFakeWorld();
    world.now = () => env.currentTimeMs();
    world.stops = async (application) =>
      application === 'shop'
        ? env.client.workflow.getHandle(applicationWorkflowId(application)).query(stopsQuery)
        : { freezes: [], holds: [] };
    world.members = groupActivities(env.client);
    world.isOpen = async (application, number) => {
      const id = releaseWorkflowId({ application, number });
      return (await env.client.workflow.getHandle(id).describe()).status.name === 'RUNNING';
    };
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue: 'crescendo',
      workflowBundle: { codePath: inject('workflowBundle') },
      activities: { ...world.activities },
      // A watch has to hear of its cancellation before its workflow closes: one that outlives it
      // keeps the time of the server standing still for good.
      maxHeartbeatThrottleInterval: '10ms',
      defaultHeartbeatThrottleInterval: '10ms',
    });
    await worker.runUntil(async () => {
      const scene = createScene(env, world, 'crescendo', 'shop');
      await story(scene);
      await expectPromises(scene);
    });
  } finally {
    await env.teardown();
  }
}

/**
 * When nothing has a timer the server skips to the next one there is: the end of the guardian's life
 * in ten years. So that it never comes to that, something small is due every day.
 */
async function startTicking({ workflow }: Client): Promise<void> {
  const options = { taskQueue: 'crescendo' };
  await workflow.start<typeof application>('application', {
    ...options,
    workflowId: applicationWorkflowId(tickerName),
    args: [{ application: tickerName }],
  });
  const version = aVersion('tick');
  const nothing = {
    verify: [],
    staging: null,
    waves: [],
    warnings: [],
    scope: 'release' as const,
    baking: { min: 0, max: 0 },
  };
  const input: ReleaseInput = {
    release: { application: tickerName, number: 1 },
    version,
    by: { id: 'clock', channel: 'policy' },
    reason: null,
    spec: aSpec(),
    mode: 'recover',
    plan: { version, ...nothing },
    attempt: 1,
  };
  await workflow.start<typeof release>('release', {
    ...options,
    workflowId: releaseWorkflowId(input.release),
    cronSchedule: '0 0 * * *',
    args: [input],
  });
}

const say = ({ level, message, meta }: LogEntry): void => {
  if (process.env['CRESCENDO_TEST_LOG']) console.log(level, message, meta);
};

let installed = false;

function installQuietRuntime(): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    // Scenes provoke what is logged as an error; CRESCENDO_TEST_LOG shows it.
    logger: new DefaultLogger(process.env['CRESCENDO_TEST_LOG'] ? 'INFO' : 'ERROR', say),
    telemetryOptions: { logging: { forward: {}, filter: 'OFF' } },
  });
}

const owner = { id: 'jane', channel: 'api' } as const;

function createScene(
  env: TestWorkflowEnvironment,
  world: FakeWorld,
  taskQueue: string,
  name: string,
): Scene {
  const { workflow } = env.client;
  const handle = (number: number) =>
    workflow.getHandle<typeof release>(releaseWorkflowId({ application: name, number }));
  const guardian = () => workflow.getHandle<typeof application>(applicationWorkflowId(name));
  const scene: Scene = {
    world,
    env,
    handle,
    guardian,
    async apply(spec) {
      const args = [{ application: name }] as [{ application: string }];
      const options = { taskQueue, workflowId: applicationWorkflowId(name), args };
      const known = await workflow.start<typeof application>('application', {
        ...options,
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
      await known.executeUpdate(applyUpdate, {
        args: [{ spec: { ...spec, application: name }, by: owner }],
      });
    },
    submit: (version, extra = {}) =>
      guardian().executeUpdate(submitUpdate, {
        args: [
          {
            version,
            by: owner,
            reason: null,
            idempotencyKey: null,
            quarantineOverride: null,
            powers: {
              fake: { granularity: 0.01, header: true, cookie: true, mirror: true, sticky: true },
            },
            ...extra,
          },
        ],
      }),
    state: async () => unpack(await guardian().query(applicationQuery)),
    progress: async (number) => unpack(await handle(number).query(progressQuery)),
    async act(number, action, message = {}) {
      await handle(number).executeUpdate(actionUpdate(action), {
        args: [{ by: owner, ...message }],
      });
      return scene.progress(number);
    },
    signal: (number, action, message = {}) =>
      handle(number).signal(actionSignal(action), { by: 'bot', ...message }),
    raw: (number, signal, ...args) => handle(number).signal(signal, ...args),
    async live(version) {
      return scene.end((await scene.submit(aVersion(version))).number);
    },
    async begin(version, holds) {
      const { number } = await scene.submit(aVersion(version));
      await scene.until(number, holds);
      return number;
    },
    rollout: (number, environment) =>
      workflow.getHandle<typeof rollout>(
        rolloutWorkflowId({ application: name, number }, environment),
      ),
    batch: (number) =>
      workflow.getHandle<typeof batch>(batchWorkflowId({ application: name, number }, 1, 1)),
    goBack: (to, extra = {}) =>
      guardian().executeUpdate(returnUpdate, {
        args: [{ to, by: owner, reason: null, idempotencyKey: null, ...extra }],
      }),
    async hold(ms, extra = {}) {
      const to = new Date((await env.currentTimeMs()) + ms).toISOString();
      const request = { kind: 'hold' as const, by: owner, reason: 'migration', from: null, to };
      return guardian().executeUpdate(holdUpdate, { args: [{ ...request, ...extra }] });
    },
    unhold: (id) =>
      guardian().executeUpdate(unholdUpdate, { args: [{ id, by: owner, reason: null }] }),
    async end(number) {
      await passing(world, () => handle(number).result());
      return scene.progress(number);
    },
    pass: (time) => passing(world, () => env.sleep(time)),
    until: (number, holds) => poll(() => scene.progress(number), holds),
  };
  return scene;
}

/** Time stands still while an activity runs: those that only watch step aside meanwhile. */
async function passing<T>(world: FakeWorld, work: () => Promise<T>): Promise<T> {
  world.timePasses = true;
  try {
    return await work();
  } finally {
    world.timePasses = false;
  }
}

/** Milliseconds of real time that something may take which needs no time of the workflows. */
const patience = Number(process.env['CRESCENDO_TEST_PATIENCE'] ?? 30_000);

/** Asks until it holds; fails when the patience is over with what was seen last. */
export async function poll<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`did not come to be: ${JSON.stringify(value).slice(0, 3000)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
