/** `npm run histories`: plays every telling scene and stores the histories of its workflows. */

import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { afterAll, describe, it } from 'vitest';
import { estateWorkflowId } from '../../domain/ids.ts';
import { play, playForReal, type Scene } from '../support/scene.ts';
import { scenes } from './scenes.ts';
import { forgetOthers, storeScene, type StoredHistory } from './store.ts';

type Histories = Record<string, StoredHistory['history']>;

afterAll(() => forgetOthers(Object.keys(scenes)));

describe('histories of', () => {
  it.each(Object.entries(scenes))('%s', async (name, { story, real }) => {
    let histories: Histories = {};
    const stage = real ? playForReal : play;
    await stage(async (scene) => {
      await story(scene);
      histories = await collect(scene);
    });
    storeScene(name, histories);
  });
});

/** Of the guardian and of the last releases: the first one is the same in every scene. */
async function collect(scene: Scene): Promise<Histories> {
  const found: Histories = {};
  const { nextRelease } = await scene.state();
  Object.assign(found, await runsOf(scene, scene.guardian()));
  Object.assign(found, await runsOfEstate(scene));
  for (let number = Math.min(2, nextRelease - 1); number < nextRelease; number += 1) {
    const { rollouts } = await scene.progress(number);
    Object.assign(found, await runsOf(scene, scene.handle(number)));
    const environments = Object.keys(rollouts);
    // One that has begun nothing has no batch either.
    if (environments.length > 0) Object.assign(found, await runsOf(scene, scene.batch(number)));
    for (const environment of environments.slice(0, 4)) {
      Object.assign(found, await runsOf(scene, scene.rollout(number, environment)));
    }
  }
  return found;
}

/** Of a scene in which it came to life. */
async function runsOfEstate(scene: Scene): Promise<Histories> {
  const estate = scene.env.client.workflow.getHandle(estateWorkflowId);
  try {
    await estate.describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return {};
    throw error;
  }
  return runsOf(scene, estate);
}

/** The latest run, and those before it that continued as new. */
async function runsOf(
  { env }: Scene,
  { workflowId }: Pick<WorkflowHandle, 'workflowId'>,
): Promise<Histories> {
  const runs: StoredHistory['history'][] = [];
  let runId: string | undefined;
  do {
    const history = await env.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const [first] = history.events ?? [];
    runs.unshift(JSON.parse(historyToJSON(history)) as StoredHistory['history']);
    runId = first?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
  } while (runId);
  if (runs.length === 1 && runs[0]) return { [workflowId]: runs[0] };
  return Object.fromEntries(runs.map((run, index) => [`${workflowId}#${index + 1}`, run]));
}
