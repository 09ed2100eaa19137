/** What one metric saw since the step began: intervals, gaps and requests. */

import { requestsIn } from './arms.ts';
import type { Strata } from './arms.ts';

export interface StepCount {
  intervals: number;
  /** Intervals in which an arm was missing. */
  missing: number;
  /** Requests of each arm. */
  canary: number;
  baseline: number;
}

export const newStep: StepCount = { intervals: 0, missing: 0, canary: 0, baseline: 0 };

/** Share of a step's intervals that may be missing before it cannot pass: crashes hide errors. */
const mostMissing = 0.2;

export function countStep(step: StepCount, arms: Strata): StepCount {
  return {
    intervals: step.intervals + 1,
    missing: step.missing + (arms.length === 0 ? 1 : 0),
    canary: step.canary + requestsIn(arms, 'canary'),
    baseline: step.baseline + requestsIn(arms, 'baseline'),
  };
}

/** The metric comes and goes. One that never came has too little data instead. */
export function isGappy({ missing, intervals }: StepCount): boolean {
  return missing > mostMissing * intervals && missing < intervals;
}
