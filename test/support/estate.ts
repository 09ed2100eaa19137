/** The real estate in a scene: brought to life, asked by everybody, and spoken to. */

import type { WorkflowHandle } from '@temporalio/client';
import type { Hold, HoldRequest } from '../../domain/calendar/hold.ts';
import { estateWorkflowId, releaseWorkflowId } from '../../domain/ids.ts';
import type { estate, EstateInput } from '../../workflows/estate.ts';
import {
  calendarChangedSignal,
  estateQuery,
  holdUpdate,
  unholdUpdate,
} from '../../workflows/messages.ts';
import type { Scene } from './scene.ts';

export interface LiveEstate {
  handle: WorkflowHandle<typeof estate>;
  /** Puts up a freeze of jane over all applications, from now on for so many milliseconds. */
  freeze(ms: number, extra?: Partial<HoldRequest>): Promise<Hold>;
  unfreeze(id: string): Promise<Hold>;
  /** How often the releases were told. */
  told(): number;
}

const jane = { id: 'jane', channel: 'api' } as const;

export async function openEstate(scene: Scene, input: EstateInput = {}): Promise<LiveEstate> {
  const { env, world, state } = scene;
  const handle = await env.client.workflow.start<typeof estate>('estate', {
    taskQueue: 'crescendo',
    workflowId: estateWorkflowId,
    args: [input],
  });
  let told = 0;
  world.readEstate = () => handle.query(estateQuery);
  // The time-skipping server has no list of what runs; the real one is asked in api/estate.
  world.tellReleases = async () => {
    told += 1;
    const { active } = (await state()).lane;
    if (!active) return;
    const id = releaseWorkflowId({ application: 'shop', number: active.number });
    await env.client.workflow.getHandle(id).signal(calendarChangedSignal);
  };
  return {
    handle,
    told: () => told,
    async freeze(ms, extra = {}) {
      const at = await env.currentTimeMs();
      const [from, to] = [at, at + ms].map((moment) => new Date(moment).toISOString());
      const request = { kind: 'freeze' as const, by: jane, reason: 'Black Friday' };
      const args = [{ ...request, from: from!, to: to!, ...extra }] as [HoldRequest];
      return handle.executeUpdate(holdUpdate, { args });
    },
    unfreeze: (id) =>
      handle.executeUpdate(unholdUpdate, { args: [{ id, by: jane, reason: 'over' }] }),
  };
}
