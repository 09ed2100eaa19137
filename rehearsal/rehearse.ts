/** rehearse: one scenario on the real workflows, in a scripted world, in time that is skipped. */

import type { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { applicationWorkflowId, defaultTaskQueue, releaseWorkflowId } from '../domain/ids.ts';
import { unpack } from '../domain/pack.ts';
import { rolloutsOf, type Plan } from '../domain/plan.ts';
import type { Spec } from '../domain/spec.ts';
import { routerPowers } from '../providers/routers/index.ts';
import { registerSearchAttributes } from '../worker/search-attributes.ts';
import { newGuardian } from '../workflows/application-state.ts';
import type { application } from '../workflows/application.ts';
import { actionUpdate, applicationQuery, stopsQuery, submitUpdate } from '../workflows/messages.ts';
import type { release } from '../workflows/release.ts';
import { before, furnish, type Before } from './before.ts';
import { createCast, type Cast } from './cast.ts';
import { createClock, type Clock } from './clock.ts';
import { patiently } from './patience.ts';
import { highestOf, rowsOf, type Report } from './report.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { startOf } from './start.ts';
import { surprisesOf } from './surprises.ts';
import { createWorld, type World } from './world.ts';

/**
 * Plays one scenario to the end of its release. The plan must be one that can be made. `look` sees
 * what is left of the world then.
 * @throws SetupError when the server cannot be started
 */
export async function rehearse(
  stage: Stage,
  spec: Spec,
  scenario: Scenario,
  look: (world: World) => void = () => {},
): Promise<Report> {
  const past = before(spec, scenario);
  if (!('plan' in past.planned)) throw new Error(past.planned.refusals.join('; '));
  const play = { spec, scenario, past, plan: past.planned.plan, look };
  for (let tries = 1; ; tries += 1) {
    const report = await playOnce(stage, play);
    if (report.outcome !== 'unfinished' || tries === mostTries) return report;
  }
}

/**
 * The server skips time even while one workflow tells another something. When nobody has a timer at
 * that moment it skips ten years, to the end of the guardian's life; so what has no end is played
 * again before it is believed.
 */
const mostTries = 3;

async function playOnce(stage: Stage, play: Play): Promise<Report> {
  const env = await stage.open();
  const clock = createClock(env);
  try {
    return await perform(stage, env, clock, play);
  } finally {
    clock.close();
    await env.teardown();
  }
}

interface Play {
  spec: Spec;
  scenario: Scenario;
  past: Before;
  plan: Plan;
  look: (world: World) => void;
}

async function perform(
  stage: Stage,
  env: TestWorkflowEnvironment,
  clock: Clock,
  play: Play,
): Promise<Report> {
  const { scenario, plan } = play;
  const { client } = env;
  const release = releaseWorkflowId({ application: play.spec.application, number: 1 });
  const cast = createCast(scenario, clock, async (action, message) => {
    const handle = client.workflow.getHandle(release);
    await clock.within(() => handle.executeUpdate(actionUpdate(action), { args: [message] }));
  });
  const world = createWorld({
    scenario,
    plan,
    clock,
    stops: (name) =>
      clock.within(() => client.workflow.getHandle(applicationWorkflowId(name)).query(stopsQuery)),
    isReleaseOpen: async () =>
      (await clock.within(() => client.workflow.getHandle(release).describe())).status.name ===
      'RUNNING',
    onRecord: (entries) => cast.watch(entries),
  });
  furnish(world.places, play.past);
  await registerSearchAttributes(env.nativeConnection, 'default');
  return withWorkers(stage, env, plan, world, async () => {
    const now = await clock.now();
    const start = startOf(scenario.start, now);
    if (start > now) await clock.skip(start - now);
    return watch(client, clock, play, { world, cast });
  });
}

/** One worker with the workflows, and one for every queue that an environment names. */
async function withWorkers<T>(
  { workflowBundle }: Stage,
  { nativeConnection: connection }: TestWorkflowEnvironment,
  plan: Plan,
  { activities }: World,
  work: () => Promise<T>,
): Promise<T> {
  const queues = new Set([defaultTaskQueue, ...rolloutsOf(plan).map(({ taskQueue }) => taskQueue)]);
  const workers = await Promise.all(
    [...queues].map((taskQueue) =>
      Worker.create({
        connection,
        taskQueue,
        activities: { ...activities },
        ...(taskQueue === defaultTaskQueue ? { workflowBundle } : {}),
        shutdownForceTime: '1s',
      }),
    ),
  );
  const running = workers.map((worker) => worker.run());
  try {
    return await Promise.race([work(), ...running.map((run) => run.then(unexpected))]);
  } finally {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.allSettled(running);
  }
}

function unexpected(): never {
  throw new Error('a worker of the rehearsal has ended before it');
}

async function watch(
  client: Client,
  clock: Clock,
  play: Play,
  { world, cast }: { world: World; cast: Cast },
): Promise<Report> {
  const { spec, scenario } = play;
  const start = await clock.now();
  const guardian = await submit(client, play);
  const handle = client.workflow.getHandle<typeof release>(
    releaseWorkflowId({ application: spec.application, number: 1 }),
  );
  const ended = await patiently(
    clock,
    () => world.calls(),
    clock.within(() => handle.result()),
  );
  const { ledger } = unpack(await guardian.query(applicationQuery));
  const end = ended.progress?.endedAt;
  const seen = {
    scenario: scenario.name,
    outcome: ended.progress?.outcome ?? ('unfinished' as const),
    sentence: ended.progress?.sentence ?? ended.sentence,
    start: new Date(start).toISOString(),
    took: (end ? Date.parse(end) : await clock.now()) - start,
    live: Object.fromEntries(
      rolloutsOf(play.plan).map(({ environment: name }) => [
        name,
        ledger.environments[name]?.live ?? null,
      ]),
    ),
    highest: highestOf(world.entries),
    quarantined: ended.progress?.quarantined ?? null,
    rows: rowsOf(world.entries, cast.refusals, start),
  };
  play.look(world);
  return { ...seen, surprises: surprisesOf(scenario, seen) };
}

async function submit({ workflow }: Client, { spec, scenario, past }: Play) {
  const { application: name } = spec;
  const guardian = { ...newGuardian(name), spec, revision: 1, ledger: past.ledger };
  const handle = await workflow.start<typeof application>('application', {
    taskQueue: defaultTaskQueue,
    workflowId: applicationWorkflowId(name),
    args: [{ application: name, guardian }],
  });
  const nothing = { reason: null, idempotencyKey: null, quarantineOverride: null };
  const by = { id: scenario.by, channel: 'cli' as const };
  const request = { version: past.candidate, by, powers: routerPowers, ...nothing };
  await handle.executeUpdate(submitUpdate, { args: [request] });
  return handle;
}
