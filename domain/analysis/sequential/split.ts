/** Sample-ratio mismatch: does the canary get the share that the router was told to give (statistics b8)? */

import { logBeta } from '../numbers/gamma.ts';
import { timesLog } from '../numbers/logs.ts';

export interface SplitState {
  /** Share that was asked for; null: not known, nothing is checked. */
  share: number | null;
  /** Requests since that share was set. */
  canary: number;
  total: number;
  /** Latched until the share changes: the requests do not fit it. */
  alarm: boolean;
}

export function startSplit(): SplitState {
  return { share: null, canary: 0, total: 0, alarm: false };
}

/** A change of the share begins a new count. */
export function observeSplit(
  state: SplitState,
  share: number | null,
  requests: { canary: number; baseline: number },
  settings: { tolerance: number; falseAlarm: number },
): SplitState {
  const before = share === state.share ? state : { ...startSplit(), share };
  const canary = before.canary + requests.canary;
  const total = before.total + requests.canary + requests.baseline;
  const log = share === null ? 0 : splitEvidence(canary, total, share, settings.tolerance);
  return { share, canary, total, alarm: before.alarm || log >= -Math.log(settings.falseAlarm) };
}

/** ln E against every share within ± `tolerance` of the one that was asked for. */
export function splitEvidence(
  canary: number,
  total: number,
  share: number,
  tolerance: number,
): number {
  const rest = total - canary;
  const low = share * (1 - tolerance);
  const high = Math.min(1, share * (1 + tolerance));
  const p = total > 0 ? Math.min(high, Math.max(low, canary / total)) : share;
  return logBeta(1 + canary, 1 + rest) - timesLog(canary, p) - timesLog(rest, 1 - p);
}
