/** Before more people meet the candidate: the version that a rollback goes to has to be there. */

import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { WayBack } from '../../activities/contract.ts';
import type { Step } from '../../domain/strategy.ts';
import { sentenceOf } from '../causes.ts';
import { checking, tidying, watching } from '../proxies.ts';
import { waitFrom, type Rollout } from '../rollout-state.ts';
import { underGuard } from './feedback.ts';

const open: WayBack = { ready: true, detail: '' };

/** Asks before a step that people meet; nobody who cannot be asked counts as ready. */
export async function askWayBack(rollout: Rollout, step: Step): Promise<WayBack> {
  const { plan, input } = rollout;
  const { designated, place, taskQueue, version } = plan;
  const met = step.weight > 0 || step.rules?.rings !== undefined;
  if (!designated || !place.router || !met || input.urgent || designated.name === version.name) {
    return open;
  }
  try {
    const summary = `is ${designated.name} there to go back to?`;
    return await checking(taskQueue, summary).checkWayBack(questionOf(rollout));
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { ready: false, detail: `it could not be asked (${sentenceOf(error)})` };
  }
}

function questionOf({ plan }: Rollout) {
  const { designated, stable, place } = plan;
  const version = designated ?? plan.version;
  return { place, version, warm: version.name === stable?.name };
}

/**
 * Holds until the way back is there, with a page; true when it had to wait. `held` is the step whose
 * weight people have meanwhile, which stays under guard. `skip` goes on without.
 * @throws ApplicationFailure when the guard proves a regression
 */
export async function untilWayBack(
  rollout: Rollout,
  held: Step | null,
  { ready, detail }: WayBack,
): Promise<boolean> {
  if (ready) return false;
  const { plan, requests } = rollout;
  requests.skip = false;
  const what = `${plan.designated?.name} to be there to go back to in ${plan.environment}: ${detail}`;
  const wait = waitFrom('way-back', what, null, 'it goes on by itself');
  rollout.record({ type: 'rollout.holding', wait });
  const waiting = () => untilThereOrSkipped(rollout);
  const skipped = await (held ? underGuard(rollout, held, waiting) : waiting());
  rollout.record({ type: 'rollout.resumed' });
  return !skipped;
}

/** True as soon as a person skips it. */
async function untilThereOrSkipped(rollout: Rollout): Promise<boolean> {
  const scope = new CancellationScope();
  const there = scope.run(() => untilThere(rollout)).then(() => false);
  const skipped = condition(() => rollout.requests.skip).then(() => true);
  there.catch(() => {});
  const done = await Promise.race([there, skipped]);
  if (done) scope.cancel();
  return done;
}

/** What served before may only have died: asking for it heals it. */
async function untilThere(rollout: Rollout): Promise<void> {
  const question = questionOf(rollout);
  const { taskQueue } = rollout.plan;
  const { place, version, warm } = question;
  if (warm) {
    const { deployVersion } = tidying(taskQueue, `bring ${version.name} up again`);
    await deployVersion({ place, version }).catch((error: unknown) => {
      if (isCancellation(error)) throw error;
    });
  }
  await watching(taskQueue, `until ${version.name} is there`).watchWayBack(question);
}
