/** Everything can be stopped at once: whoever wants to go forward asks first, and waits. */

import { stopSentence, type Estate, type EstateStop } from '../../domain/estate.ts';
import { defaultTaskQueue } from '../../domain/ids.ts';
import type { Wait } from '../../domain/events.ts';
import type { Step } from '../../domain/strategy.ts';
import { knowing, watching } from '../proxies.ts';
import type { Release } from '../release-state.ts';
import { waitFrom, type Rollout } from '../rollout-state.ts';
import { underGuard } from './feedback.ts';

/** Between stages. A return is a way back, so it never asks. */
export async function untilReleaseMayGoOn(release: Release): Promise<void> {
  if (release.input.mode === 'return') return;
  const estate = await knowing.readEstate();
  if (!estate.stop) return;
  release.record({ type: 'release.holding', wait: waitFor(estate.stop) });
  await untilResumed(estate);
  release.record({ type: 'release.resumed' });
}

/**
 * Before a weight rises; true when it had to wait. `held` is the step whose weight people have
 * meanwhile, which stays under guard.
 * @throws ApplicationFailure when the guard proves a regression
 */
export async function untilRolloutMayGoOn(rollout: Rollout, held: Step | null): Promise<boolean> {
  if (rollout.input.urgent) return false;
  const estate = await knowing.readEstate();
  if (!estate.stop) return false;
  rollout.record({ type: 'rollout.holding', wait: waitFor(estate.stop) });
  const wait = () => untilResumed(estate);
  await (held ? underGuard(rollout, held, wait) : wait());
  rollout.record({ type: 'rollout.resumed' });
  return true;
}

async function untilResumed(estate: Estate): Promise<void> {
  const { watchEstate } = watching(defaultTaskQueue, 'until all applications are resumed');
  let { stop, revision } = estate;
  while (stop) ({ stop, revision } = await watchEstate({ revision }));
}

function waitFor(stop: EstateStop): Wait {
  return waitFrom('stop', `resume --all (${stopSentence(stop)})`, null, 'it goes on by itself');
}
