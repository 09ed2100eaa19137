/** Scenes of many environments: what is live when they begin, and the waves they go out in. */

import { applicationWorkflowId } from '../../domain/ids.ts';
import type { Spec } from '../../domain/spec.ts';
import type { application } from '../../workflows/application.ts';
import { aLargeSpec, aSettledGuardian, manyNames } from './many.ts';
import type { Scene } from './scene.ts';

export const twoSteps = { canary: { steps: [10, 100], bake: { min: '1m', max: '10m' } } };

/** The smallest that counts as large, the last two environments in a wave of their own. */
export function inTwoWaves(): Spec {
  const names = manyNames(26);
  const waves = [{ environments: names.slice(0, -2) }, { environments: names.slice(-2) }];
  return aLargeSpec('shop', names.length, { waves, strategy: twoSteps, keepWarm: '1s' });
}

/** 1.0.0 is live everywhere; what comes next is the first release. */
export async function settle({ env, apply }: Scene, spec: Spec): Promise<void> {
  const count = Object.keys(spec.environments).length - 1;
  await env.client.workflow.start<typeof application>('application', {
    taskQueue: 'crescendo',
    workflowId: applicationWorkflowId('shop'),
    args: [{ application: 'shop', guardian: aSettledGuardian('shop', count) }],
  });
  await apply(spec);
}
