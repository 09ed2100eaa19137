/** Faults of a script: targets and routers that do not answer for a while. */

import { ApplicationFailure } from '@temporalio/activity';
import { formatDuration } from '../domain/duration.ts';
import { stepAt, type Scenario } from './scenario.ts';

/** Where a rollout is when something is asked of its environment. */
export interface Whereabouts {
  environment: string;
  production: boolean;
  /** The step that is taken or has been; 0 before the first. */
  step: number;
  steps: Parameters<typeof stepAt>[1];
  /** The candidate has lost its audience again, or is losing it. */
  back: boolean;
}

export type FaultCheck = (of: 'target' | 'router', where: Whereabouts) => Promise<void>;

/** A fault begins when it is first met, and is over so long after that. */
export function createFaults(faults: Scenario['faults'], now: () => Promise<number>): FaultCheck {
  const began = new Map<string, number>();
  return async (of, where) => {
    for (const [index, fault] of faults.entries()) {
      if (fault.of !== of || !concerns(fault, where)) continue;
      const key = `${index} ${where.environment}`;
      const time = await now();
      const start = began.get(key) ?? time;
      began.set(key, start);
      if (time < start + fault.for) throw failure(of, where.environment, fault.for);
    }
  };
}

function concerns({ environment, from }: Scenario['faults'][number], where: Whereabouts): boolean {
  const here = environment === undefined ? where.production : environment === where.environment;
  if (!here || from === undefined) return here;
  return from === 'rollback' ? where.back : where.step >= stepAt(from, where.steps);
}

function failure(of: string, environment: string, time: number): ApplicationFailure {
  const message = `the ${of} of ${environment} does not answer (scripted, for ${formatDuration(time)})`;
  return ApplicationFailure.create({ message, type: 'provider_unavailable' });
}
