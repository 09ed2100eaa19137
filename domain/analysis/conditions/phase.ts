/** Phases of a measurement: what its conditions say together, and what counts as no data. */

export const phases = ['successful', 'failed', 'inconclusive', 'error'] as const;
export type Phase = (typeof phases)[number];

/**
 * The phase that two conditions give together; null stands for a condition that was not written.
 * One alone decides both ways. With both, a value that neither names is inconclusive, and failure
 * goes first. With none there is no standard to succeed by: inconclusive.
 */
export function phaseOf(success: boolean | null, failure: boolean | null): Phase {
  if (failure) return 'failed';
  if (success === null) return failure === null ? 'inconclusive' : 'successful';
  if (success) return 'successful';
  return failure === null ? 'failed' : 'inconclusive';
}

/** Whether a value says nothing: null, NaN, an empty list, or a list of nothing else. */
export function isNoData(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isNothing) : isNothing(value);
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}
