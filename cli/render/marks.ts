/** Marks and the words beside them: a mark never stands alone. */

import type { Finding } from '../../domain/analysis/verdict.ts';
import type { Outcome } from '../../domain/release.ts';
import type { StepProgress } from '../../domain/rollout-progress.ts';
import type { Piece, Tone } from './text.ts';

export interface Mark {
  mark: string;
  tone: Tone;
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
  sickBaseline: { mark: '⚠', tone: 'warn', word: 'stable is sick' },
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

/** `✔ passed`, in the mark's tone. */
export function marked({ mark, tone, word }: Mark, text = word): Piece {
  return [tone, `${mark} ${text}`];
}
