/** What the evidence of a plan's steps will be able to show: asked of the workers, who may query. */

import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { forecast, forecastWarnings, type StepForecast } from '../../domain/analysis/forecast.ts';
import type { MetricHistory } from '../../domain/events.ts';
import { defaultTaskQueue } from '../../domain/ids.ts';
import type { Plan, RolloutPlan } from '../../domain/plan.ts';
import type { forecast as forecastWorkflow } from '../../workflows/forecast.ts';
import { TEMPORAL } from '../temporal.module.ts';
import type { Temporal } from '../temporal.ts';

export interface EnvironmentForecast {
  environment: string;
  /** What the past of the stable version showed. */
  histories: MetricHistory[];
  steps: StepForecast[];
  /** Steps that can be expected to tell nothing. */
  warnings: string[];
}

/** A plan is looked at by somebody who waits: milliseconds for the providers to answer. */
const patience = 8_000;
/** Of a large release the first environments stand for the others. */
const mostEnvironments = 10;
const noHistory = '`analysis.noise.history` is 0s, so no past is read';

@Injectable()
export class ForecastService {
  constructor(@Inject(TEMPORAL) private readonly temporal: Temporal) {}

  /** Null when nobody answers: a plan is worth showing without. */
  async of(application: string, plan: Plan): Promise<EnvironmentForecast[] | null> {
    const rollouts = plan.waves
      .flatMap((wave) => wave.rollouts)
      .filter(({ stable, metrics }) => {
        return stable !== null && metrics.some(({ judgedBy }) => judgedBy === 'sequential');
      })
      .slice(0, mostEnvironments);
    if (rollouts.length === 0) return [];
    const asked = rollouts.filter(({ settings }) => settings.noise.history > 0);
    try {
      const histories = await this.temporal.ask({ kind: 'application', name: application }, () =>
        this.temporal.workflow.execute<typeof forecastWorkflow>('forecast', {
          workflowId: `forecast:${application}:${randomUUID()}`,
          taskQueue: defaultTaskQueue,
          workflowExecutionTimeout: 2 * patience,
          staticSummary: `what a release of ${application} will be able to see`,
          args: [{ rollouts: asked, patience }],
        }),
      );
      return rollouts.map((rollout) => forecastOf(rollout, histories[rollout.environment]));
    } catch {
      return null;
    }
  }
}

type Watched = Pick<RolloutPlan, 'environment' | 'steps' | 'metrics' | 'settings'>;

function forecastOf(
  { environment, steps, metrics, settings }: Watched,
  histories: MetricHistory[] | undefined,
): EnvironmentForecast {
  if (settings.noise.history === 0) return nothing(environment, noHistory);
  if (!histories) return nothing(environment, `nobody answered within ${patience / 1000} s`);
  const ahead = forecast(steps, metrics, settings, histories);
  return { environment, histories, steps: ahead, warnings: forecastWarnings(ahead) };
}

function nothing(environment: string, why: string): EnvironmentForecast {
  const warning = `${environment}: what the steps can show is not known: ${why}`;
  return { environment, histories: [], steps: [], warnings: [warning] };
}
