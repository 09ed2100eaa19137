/** The methods that are compared, as statistics (e) sets them up, on one simulated rollout. */

import { playKayenta, type KayentaPolicy } from '../../domain/analysis/backtest/kayenta-player.ts';
import type { Played } from '../../domain/analysis/backtest/play.ts';
import type { Recording } from '../../domain/analysis/backtest/recording.ts';
import { playThreshold } from '../../domain/analysis/backtest/threshold-player.ts';
import { limitsSchema } from '../../domain/analysis/conditions/limits.ts';
import { kayentaSettingsSchema } from '../../domain/analysis/kayenta/settings.ts';

/** The sequential method is played apart: its looks are timed. */
export const methods = [
  'fixed, lenient',
  'fixed, strict',
  'kayenta at 30',
  'kayenta at 60',
  'kayenta every minute',
] as const;
export type Method = (typeof methods)[number];

const minute = 60_000;
/** Argo Rollouts: one measurement a minute, aborted at the fourth failed one; an empty one fails. */
const limits = limitsSchema.parse({ failureLimit: 3, noData: 'fail' });
const config = kayentaSettingsSchema.parse({ direction: 'increase' });
const thresholds = { pass: 95, marginal: 75 };
const once = { step: minute, every: null, after: 0, config, thresholds };

const kayenta: Partial<Record<Method, KayentaPolicy>> = {
  'kayenta at 30': { ...once, until: 30 * minute },
  'kayenta at 60': { ...once, until: 60 * minute },
  // Its interval for fewer than five points is the whole range, which two good ones can be clear of.
  'kayenta every minute': { ...once, every: minute, after: 5 * minute, until: 60 * minute },
};

/** At most 5 % or 1 % errors; of latency, p99 at most 500 ms, and there is no lenient rule. */
const fixed: Partial<Record<Method, Record<string, number>>> = {
  'fixed, lenient': { errors: 0.05 },
  'fixed, strict': { errors: 0.01, latency: 500 },
};

/**
 * `recording` compares with the whole stable fleet, `twin` with a baseline of the canary's size, as
 * Kayenta's documentation asks. Null where the method has no rule for the signal.
 */
export function playMethod(method: Method, recording: Recording, twin: Recording): Played | null {
  const policy = kayenta[method];
  if (policy) return playKayenta(twin, policy);
  const metrics = fixed[method] ?? {};
  const ruled = recording.metrics.some(({ name }) => Object.hasOwn(metrics, name));
  return ruled ? playThreshold(recording, { every: minute, limits, metrics }) : null;
}
