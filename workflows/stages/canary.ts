/** Give the candidate a share of the audience, and read back what the router really does. */

import type { TrafficRules, TrafficShare, Version, Weight } from '../../domain/release.ts';
import { audienceOf, type Step } from '../../domain/strategy.ts';
import { deploying, deployPatience } from '../proxies.ts';
import type { Rollout } from '../rollout-state.ts';
import { insist } from './insist.ts';

/** Takes a step: its weight, and what goes to the candidate beside it. */
export async function takeStep(rollout: Rollout, step: Step): Promise<void> {
  // Whoever mirrors throws the answers away, so that nobody has met the candidate.
  if (step.rules?.rings) expose(rollout);
  await shift(rollout, step.weight, step.number, step.rules);
}

/**
 * Sets the candidate's weight and rules. `step` is null for weights that are no step of the plan.
 * Recorded only once the router has confirmed it; an environment without a router has no shares.
 */
export function shift(
  rollout: Rollout,
  weight: Weight,
  step: number | null,
  rules?: TrafficRules,
): Promise<void> {
  const { version } = rollout.plan;
  const shares = sharesAt(rollout, weight, rules);
  // Noted before the call: a router that fails may have done it all the same.
  if (weight > 0) expose(rollout);
  const audience = audienceOf({ weight, ...(rules && { rules }) });
  return setShares(rollout, shares, { to: version, audience, weight, step });
}

/** Everything to another version than the candidate, which is not met meanwhile; `beside`: at 0 %. */
export function giveAll(rollout: Rollout, to: Version, beside: TrafficShare[]): Promise<void> {
  const shares = [{ version: to.name, weight: 100 }, ...beside];
  return setShares(rollout, shares, { to, audience: '100 %', weight: 0, step: null });
}

interface Shift {
  to: Version;
  audience: string;
  /** The candidate's. */
  weight: Weight;
  step: number | null;
}

async function setShares(
  rollout: Rollout,
  shares: TrafficShare[],
  { to, audience, weight, step }: Shift,
): Promise<void> {
  const fence = rollout.nextFence();
  const { environment, taskQueue, place } = rollout.plan;
  const summary = `${audience} of ${environment} to ${to.name}`;
  const seen = place.router
    ? await insist(rollout, {
        stage: 'shift',
        what: `the router of ${environment} to give ${to.name} ${audience}`,
        patience: deployPatience,
        then: 'it is rolled back',
        attempt: (round) =>
          deploying(round, taskQueue, summary).shiftTraffic({ place, shares, fence }),
      })
    : shares;
  rollout.record({ type: 'traffic.shifted', shares: seen, weight, step });
}

/** From now on people may have met the candidate; a one-way door is passed with that. */
function expose(rollout: Rollout): void {
  const { plan, exposed } = rollout;
  rollout.exposed = true;
  if (exposed || plan.door === undefined) return;
  rollout.record({ type: 'door.passed', version: plan.version.name, reason: plan.door });
}

/** The complete set at a weight: the stable version has the rest. */
function sharesAt(rollout: Rollout, weight: Weight, rules?: TrafficRules): TrafficShare[] {
  const { stable, version } = rollout.plan;
  const alone = !stable || stable.name === version.name || rollout.missing.has(stable.name);
  const candidate = { version: version.name, weight, ...(rules && { rules }) };
  if (alone) return [{ ...candidate, weight: 100 }];
  // In hundredths: 100 - 33.3 would leave a trace of binary fractions.
  const rest = Math.round((100 - weight) * 100) / 100;
  return [{ version: stable.name, weight: rest }, candidate];
}
