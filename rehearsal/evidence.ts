/** Evidence of a script: what a watch sees at a step, and when it says so. */

import type { BakeInput } from '../activities/contract.ts';
import type { Verdict } from '../domain/analysis/verdict.ts';
import { stepAt, type Scenario } from './scenario.ts';
import type { Whereabouts } from './faults.ts';
import { timeTo, verdictOf, type EvidenceKind } from './verdicts.ts';

type Entry = Scenario['evidence'][number];

export interface Finding {
  /** Epoch milliseconds. */
  at: number;
  verdict: Verdict;
}

export type Witness = (input: BakeInput, where: Whereabouts) => Finding | null;

/** Null: the watch goes on for as long as it is wanted. */
export function createWitness(entries: Scenario['evidence']): Witness {
  /** When an entry was first met, by entry and environment; it lasts from then on. */
  const began = new Map<string, number>();
  return (input, where) => {
    // What is scripted is about the candidate; the version that traffic went back to is well.
    if (input.limits.mode === 'verify') {
      return finding('pass', input, input.startedAt + timeTo('pass', input));
    }
    const [entry, index] = entryFor(entries, where);
    const key = `${index} ${where.environment}`;
    if (!began.has(key)) began.set(key, input.startedAt);
    const over = (began.get(key) ?? 0) + (entry.for ?? Infinity);
    const at = input.startedAt + (entry.after ?? timeTo(entry.is, input));
    if (entry.is !== 'pass' && over < at) {
      const from = Math.max(over, input.startedAt) - input.startedAt;
      return finding('pass', input, input.startedAt + from + timeTo('pass', input));
    }
    return finding(entry.is, input, at);
  };
}

function finding(kind: EvidenceKind, input: BakeInput, at: number): Finding | null {
  if (input.limits.mode === 'guard' && kind !== 'fail') return null;
  const metric = input.metrics[0]?.name ?? 'metrics';
  return { at, verdict: verdictOf(kind, metric, sentences[kind]) };
}

const sentences: Record<EvidenceKind, string> = {
  pass: 'scripted: all metrics are within their bounds',
  fail: 'scripted: the candidate is worse',
  noData: 'scripted: there is no data',
  inconclusive: 'scripted: neither side is proven',
  invalid: 'scripted: canary and stable cannot be compared',
  providerError: 'scripted: the metric provider is away',
};

/** The one that begins latest of those that have begun; without any, everything passes. */
function entryFor(
  entries: Scenario['evidence'],
  { environment, step, steps }: Whereabouts,
): [Entry, number] {
  let best: [Entry, number] = [{ from: 'step 1', is: 'pass' }, -1];
  let latest = 0;
  for (const [index, entry] of entries.entries()) {
    const from = stepAt(entry.from, steps);
    const here = entry.environment === undefined || entry.environment === environment;
    if (!here || from > step || from < latest) continue;
    best = [entry, index];
    latest = from;
  }
  return best;
}
