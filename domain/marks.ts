/** Marks and the words beside them, the same on every screen: a mark never stands alone. */

import type { Finding } from './analysis/verdict.ts';
import type { Outcome } from './release.ts';
import type { StepProgress } from './rollout-progress.ts';

/** What a mark means; the screen decides how that looks. */
export type MarkTone = 'quiet' | 'good' | 'bad' | 'warn' | 'live';

export interface Mark {
  mark: string;
  tone: MarkTone;
  word: string;
}

export const outcomeMarks: Record<Outcome, Mark> = {
  succeeded: { mark: '✔', tone: 'good', word: 'succeeded' },
  rolled_back: { mark: '↩', tone: 'bad', word: 'rolled back' },
  rejected: { mark: '✖', tone: 'bad', word: 'rejected' },
  superseded: { mark: '–', tone: 'quiet', word: 'superseded' },
  rollback_failed: { mark: '✖', tone: 'bad', word: 'rollback failed' },
};

export const findingMarks: Record<Finding, Mark> = {
  ok: { mark: '✔', tone: 'good', word: 'ok' },
  breach: { mark: '✖', tone: 'bad', word: 'breach' },
  noData: { mark: '◌', tone: 'warn', word: 'no data' },
  tooLittleTraffic: { mark: '◌', tone: 'warn', word: 'too little traffic' },
  undecided: { mark: '◌', tone: 'live', word: 'not decided yet' },
  sickBaseline: { mark: '⚠', tone: 'warn', word: 'stable is sick' },
  invalid: { mark: '⚠', tone: 'warn', word: 'not comparable' },
  providerError: { mark: '⚠', tone: 'warn', word: 'provider error' },
};

export const stepMarks: Record<StepProgress['state'], Mark> = {
  waiting: { mark: '○', tone: 'quiet', word: 'to come' },
  baking: { mark: '●', tone: 'live', word: 'baking' },
  passed: { mark: '✔', tone: 'good', word: 'passed' },
  promoted: { mark: '✔', tone: 'warn', word: 'promoted by hand' },
  failed: { mark: '✖', tone: 'bad', word: 'failed' },
  inconclusive: { mark: '◌', tone: 'warn', word: 'inconclusive' },
};

export const checkMarks: Record<'running' | 'passed' | 'failed' | 'skipped', Mark> = {
  running: { mark: '●', tone: 'live', word: 'running' },
  passed: { mark: '✔', tone: 'good', word: 'passed' },
  failed: { mark: '✖', tone: 'bad', word: 'failed' },
  skipped: { mark: '–', tone: 'warn', word: 'skipped' },
};
