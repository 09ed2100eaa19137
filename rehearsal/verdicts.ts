/** Verdicts as a script names them, and when the judge would reach them at the earliest. */

import type { BakeInput } from '../activities/contract.ts';
import type { Verdict } from '../domain/analysis/verdict.ts';

/** What the metrics show. */
export const evidenceKinds = [
  'pass',
  'fail',
  'noData',
  'inconclusive',
  'invalid',
  'providerError',
] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

const verdicts = {
  pass: { verdict: 'pass', cause: 'ok' },
  fail: { verdict: 'fail', cause: 'breach' },
  noData: { verdict: 'insufficient_data', cause: 'noData' },
  inconclusive: { verdict: 'inconclusive', cause: 'undecided' },
  invalid: { verdict: 'invalid', cause: 'invalid' },
  providerError: { verdict: 'inconclusive', cause: 'providerError' },
} as const;

/** The verdict of this name, on the account of `metric`. */
export function verdictOf(kind: EvidenceKind, metric: string, sentence: string): Verdict {
  const culprit = kind === 'pass' ? null : metric;
  return { ...verdicts[kind], culprit, sentence, evidence: [], looks: 3 };
}

/**
 * Milliseconds from the start of a watch to this verdict: pass and fail after `min`, on a whole
 * interval; a provider that is away exhausts its budget; everything else lasts until `max`.
 */
export function timeTo(kind: EvidenceKind, { limits, settings }: BakeInput): number {
  const { interval, providerErrorBudget = limits.max } = settings;
  const looks = (ms: number) => Math.max(1, Math.ceil(ms / interval)) * interval;
  if (kind === 'pass' || kind === 'fail') return looks(limits.min);
  return looks(kind === 'providerError' ? providerErrorBudget : limits.max);
}
