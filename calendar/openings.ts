/** Windows → openings: when they are open, in moments of time, right through every clock change. */

import { RRuleTemporal } from 'rrule-temporal';
import type { Opening, OpeningAfter, Window } from '../domain/calendar/window.ts';
import { normalizeRule } from './rule.ts';

const day = 86_400_000;

/** How far ahead is looked, in steps; nothing in eleven years is never. In milliseconds. */
const horizons = [40 * day, 400 * day, 4000 * day];

/** Where rules begin that do not say so: long ago, at local midnight. */
const anchor = '2000-01-01';

/** Reading a rule costs more than asking it; so many are kept. */
const keptRules = 500;
const kept = new Map<string, RRuleTemporal>();

/**
 * The opening at a moment or the next after it, all windows together: where they overlap or touch
 * they are one. Null when there are no windows at all (always open). The windows must be valid.
 *
 * A start whose local time is skipped by the clock does not happen (RFC 5545, 3.3.10); one that
 * happens twice is the first of the two. The length is time that passes: 7h are 7h on every day.
 */
export function openingsOf(windows: readonly Window[]): OpeningAfter | null {
  if (windows.length === 0) return null;
  const lookBack = Math.max(...windows.map(({ duration }) => duration));
  return (at) => {
    for (const horizon of horizons) {
      const raw = windows.flatMap((window) => rawOpenings(window, at - lookBack, at + horizon));
      const next = merge(raw).find(({ to }) => to > at);
      if (next) return next;
    }
    return null;
  };
}

function rawOpenings(window: Window, after: number, before: number): Opening[] {
  const { duration, onClose } = window;
  const starts = ruleOf(window).between(new Date(after), new Date(before), true);
  return starts.map(({ epochMilliseconds: from }) => ({ from, to: from + duration, onClose }));
}

function ruleOf({ rrule, timezone, from = anchor }: Window): RRuleTemporal {
  const start = `${from.replaceAll('-', '')}T000000`;
  const rruleString = `DTSTART;TZID=${timezone}:${start}\nRRULE:${normalizeRule(rrule)}`;
  const known = kept.get(rruleString);
  if (known) return known;
  const rule = new RRuleTemporal({ rruleString });
  const [oldest] = kept.keys();
  if (kept.size >= keptRules && oldest !== undefined) kept.delete(oldest);
  kept.set(rruleString, rule);
  return rule;
}

function merge(openings: Opening[]): Opening[] {
  const merged: Opening[] = [];
  for (const next of openings.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (!last || next.from > last.to) merged.push({ ...next });
    else if (next.to > last.to) Object.assign(last, { to: next.to, onClose: next.onClose });
  }
  return merged;
}
