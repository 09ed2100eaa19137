/** forecast: asks the workers of each environment what the past of the stable version says. */

import { log } from '@temporalio/workflow';
import type { MetricHistory } from '../domain/events.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import { watching } from './proxies.ts';

export interface ForecastInput {
  rollouts: Pick<
    RolloutPlan,
    'environment' | 'place' | 'taskQueue' | 'stable' | 'metrics' | 'settings' | 'horizon'
  >[];
  /** Milliseconds that an environment may take to answer. */
  patience: number;
}

/** By environment; one whose workers or providers are away is left out. */
export type Histories = Record<string, MetricHistory[]>;

/** Changes nothing anywhere: a plan wants to know what the evidence will be able to show. */
export async function forecast({ rollouts, patience }: ForecastInput): Promise<Histories> {
  const known = await Promise.all(
    rollouts.map(async ({ environment, place, taskQueue, stable, metrics, settings, horizon }) => {
      if (!stable) return [];
      // So that one silent provider leaves time to say so, and what the others know is not lost.
      const asked = { settings, horizon, patience: patience * 0.75 };
      const input = { place, stable: stable.name, metrics, ...asked };
      try {
        const watch = watching(taskQueue, `past of ${environment}`, patience);
        const { histories } = await watch.calibrate(input);
        return [[environment, histories] as const];
      } catch (error) {
        log.warn('the past of an environment is not known', { environment, error: String(error) });
        return [];
      }
    }),
  );
  return Object.fromEntries(known.flat());
}
