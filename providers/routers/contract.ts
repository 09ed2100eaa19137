/** What every traffic router does: set the shares of an environment, and read the real ones back. */

import type { Deployment, TrafficRules, TrafficShare } from '../../domain/release.ts';
import type { CallContext } from '../call.ts';
import type { Site } from '../targets/contract.ts';

/** A version with the share it shall have and where it answers. */
export interface RoutedVersion extends Deployment {
  /** Percent, 0 to 100. A version at 0 is known to the router but gets no traffic. */
  weight: number;
  /** What it gets beside its weight; a router is only given what its powers say. */
  rules?: TrafficRules | undefined;
}

export interface Router {
  /**
   * Makes `versions` the complete set for the site: declarative and idempotent, never a moment
   * without a valid set. Weights add up to 100, or `versions` is empty (nothing is served).
   * Rules of an earlier call that are not among `versions` end with it. Returns shares and rules
   * read back from the running router, once it really uses them.
   * `fence` rises with every decision: a call with a lower one than the site has already seen comes
   * from a worker that was stalled, and is refused (`traffic_outdated`) without changing anything.
   * The same fence again is a repeat and is carried out again.
   * @throws CrescendoError traffic_not_applied | traffic_outdated | provider_unavailable |
   *   provider_refused
   */
  setShares(
    site: Site,
    versions: RoutedVersion[],
    fence: number,
    context: CallContext,
  ): Promise<TrafficShare[]>;
  /** The shares and rules the running router uses now; empty when it does not know the site. */
  readShares(site: Site, context: CallContext): Promise<TrafficShare[]>;
}
