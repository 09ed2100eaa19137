/** What a rehearsal showed: rows for people, and how the release ended. */

import type { CrescendoEvent, JournalEntry } from '../domain/events.ts';
import type { Outcome } from '../domain/release.ts';
import { eventSentence } from '../domain/sentences.ts';
import type { Refusal } from './cast.ts';

export interface Row {
  /** ISO 8601, in the time of the rehearsal. */
  at: string;
  /** Milliseconds since the release was started. */
  after: number;
  /** Null: about the release as a whole. */
  environment: string | null;
  /** The candidate's share there, in percent. */
  weight: number | null;
  what: string;
}

export interface Report {
  scenario: string;
  /** `unfinished`: it did not end within a year, or nothing happened any more. */
  outcome: Outcome | 'unfinished';
  sentence: string;
  /** ISO 8601. */
  start: string;
  /** Milliseconds that the release took, in the time of the rehearsal. */
  took: number;
  /** Environment → the version that the ledger says is live. */
  live: Record<string, string | null>;
  /** Environment → the highest weight that the candidate had. */
  highest: Record<string, number>;
  /** Why the candidate is quarantined; null when it is not. */
  quarantined: string | null;
  rows: Row[];
  /** What was expected and did not come to be; empty: all is as expected. */
  surprises: string[];
}

/** `Sun 2026-11-29 02:00 UTC` */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const weekday = date.toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' });
  const seconds = date.getUTCSeconds() === 0 ? '' : iso.slice(16, 19);
  return `${weekday} ${iso.slice(0, 10)} ${iso.slice(11, 16)}${seconds} UTC`;
}

/** Events that say nothing here that their neighbours do not say. */
const left = new Set<CrescendoEvent['type']>([
  'release.submitted',
  'release.queued',
  'release.admitted',
  'release.ended',
  'release.resumed',
  'stage.entered',
  'check.started',
  'version.deploying',
  'version.retired',
  'test.started',
  'rollout.started',
  'rollout.calibrated',
  'rollout.resumed',
  'rollout.ended',
  'bake.started',
  'gate.approved',
  'rollback.ordered',
]);

/** In order of time; what keeps being delayed is said once. */
export function rowsOf(
  entries: readonly JournalEntry[],
  refusals: readonly Refusal[],
  start: number,
): Row[] {
  const rows: Row[] = refusals.map(({ at, who, action, sentence }) => ({
    at: new Date(at).toISOString(),
    after: at - start,
    environment: null,
    weight: null,
    what: `${action} of ${who} is refused: ${sentence}`,
  }));
  const weights: Record<string, number> = {};
  const delayed = new Set<string | null>();
  for (const { event } of inTime(entries)) {
    const { at, environment } = event;
    if (event.type === 'traffic.shifted') weights[event.environment] = event.weight;
    if (event.type !== 'step.delayed') delayed.delete(environment);
    else if (delayed.has(environment)) continue;
    else delayed.add(environment);
    const what = sentenceOf(event);
    if (what === null) continue;
    const weight = environment === null ? null : (weights[environment] ?? 0);
    rows.push({ at, after: Date.parse(at) - start, environment, weight, what });
  }
  return rows.toSorted((a, b) => a.after - b.after);
}

/** The record of every workflow is in order; beside each other they are put in order here. */
function inTime(entries: readonly JournalEntry[]): JournalEntry[] {
  return entries.toSorted((a, b) => Date.parse(a.event.at) - Date.parse(b.event.at));
}

function sentenceOf(event: CrescendoEvent): string | null {
  if (left.has(event.type)) return null;
  if (event.type === 'action.accepted' && event.action === 'approve') return null;
  if (event.type === 'version.deployed') return `${event.version} is up, without traffic`;
  // Without a step it is part of coming up, or of a rollback that has a row of its own.
  if (event.type === 'traffic.shifted' && event.step === null) return null;
  return eventSentence(event, moment);
}

/** Environment → the highest weight of the candidate that was ever set. */
export function highestOf(entries: readonly JournalEntry[]): Record<string, number> {
  const highest: Record<string, number> = {};
  for (const { event } of entries) {
    if (event.type !== 'traffic.shifted') continue;
    const { environment, weight } = event;
    highest[environment] = Math.max(weight, highest[environment] ?? 0);
  }
  return highest;
}
