/** Recurrence rules (RFC 5545): what is wrong with one, stricter than the library that evaluates it. */

const frequencies = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
const weekday = /^(?<ordinal>[+-]?\d{1,2})?(?:MO|TU|WE|TH|FR|SA|SU)$/;

/** Parts that take numbers: smallest, largest, and whether they may count from the end. */
const ranges: Record<string, { min: number; max: number; signed?: true; single?: true }> = {
  INTERVAL: { min: 1, max: 1000, single: true },
  COUNT: { min: 1, max: 10_000, single: true },
  BYSECOND: { min: 0, max: 59 },
  BYMINUTE: { min: 0, max: 59 },
  BYHOUR: { min: 0, max: 23 },
  BYMONTHDAY: { min: 1, max: 31, signed: true },
  BYYEARDAY: { min: 1, max: 366, signed: true },
  BYWEEKNO: { min: 1, max: 53, signed: true },
  BYMONTH: { min: 1, max: 12 },
  BYSETPOS: { min: 1, max: 366, signed: true },
};

const known = ['FREQ', 'UNTIL', 'BYDAY', 'WKST', ...Object.keys(ranges)];

/** Upper case, no blanks, parts in order; the spelling that the library reads. */
export function normalizeRule(text: string): string {
  return text.replaceAll(/\s+/g, '').toUpperCase();
}

/**
 * Why this is no rule for a window, in one sentence; null when it is one. `anchored`: a first day is
 * given. A key nobody knows is refused, as the specification refuses it: a typo must not open a
 * window.
 */
export function ruleProblem(text: string, anchored: boolean): string | null {
  const parts = new Map<string, string>();
  for (const part of normalizeRule(text).split(';')) {
    const [, key = '', value = ''] = /^([A-Z]+)=(.+)$/.exec(part) ?? [];
    if (key === '') return `"${part}" is no part of a rule; write KEY=VALUE;KEY=VALUE`;
    if (!known.includes(key)) return `${key} is not known here; there are ${known.join(', ')}`;
    if (parts.has(key)) return `${key} is there twice`;
    parts.set(key, value);
  }
  for (const [key, value] of parts) {
    const problem = partProblem(key, value);
    if (problem !== null) return problem;
  }
  return togetherProblem(parts) ?? (anchored ? null : anchorProblem(parts));
}

function partProblem(key: string, value: string): string | null {
  if (key === 'FREQ') {
    if (frequencies.includes(value)) return null;
    return `FREQ must be one of ${frequencies.join(', ')}, not ${value} (for more than once a day list the hours: FREQ=DAILY;BYHOUR=9,15)`;
  }
  if (key === 'UNTIL') {
    return isUntil(value) ? null : `UNTIL=${value} is no time; write UNTIL=20261231T235959Z`;
  }
  const values = value.split(',');
  if (key === 'BYDAY' || key === 'WKST') {
    const wrong = values.find((day) => !isDay(key, day));
    return wrong === undefined ? null : `${key}=${wrong} is no weekday; write MO, TU … or -1FR`;
  }
  const range = ranges[key];
  const wrong = values.find((text) => !range || !fits(text, range));
  if (wrong === undefined && !(range?.single && values.length > 1)) return null;
  return `${key}=${value} is not a number from ${range?.min} to ${range?.max}`;
}

function isDay(key: string, day: string): boolean {
  const match = weekday.exec(day);
  if (!match) return false;
  const ordinal = match.groups?.['ordinal'];
  return (
    ordinal === undefined || (key === 'BYDAY' && fits(ordinal, { min: 1, max: 53, signed: true }))
  );
}

function fits(text: string, { min, max, signed }: { min: number; max: number; signed?: true }) {
  if (!(signed ? /^[+-]?\d+$/ : /^\d+$/).test(text)) return false;
  const value = Math.abs(Number(text));
  return value >= min && value <= max;
}

function isUntil(value: string): boolean {
  const match = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z?)?$/.exec(value);
  if (!match) return false;
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = match;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = new Date(iso);
  return !Number.isNaN(time.getTime()) && time.toISOString() === iso;
}

/** Parts that RFC 5545 does not allow together. */
function togetherProblem(parts: ReadonlyMap<string, string>): string | null {
  const frequency = parts.get('FREQ');
  if (frequency === undefined) return 'FREQ is missing, e.g. FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=9';
  if (parts.has('COUNT') && parts.has('UNTIL')) return 'COUNT and UNTIL exclude each other';
  const counted = /\d/.test(parts.get('BYDAY') ?? '');
  if (counted && (frequency === 'DAILY' || frequency === 'WEEKLY')) {
    return `BYDAY=${parts.get('BYDAY')}: a number before the day needs FREQ=MONTHLY or YEARLY`;
  }
  if (parts.has('BYWEEKNO') && frequency !== 'YEARLY') return 'BYWEEKNO needs FREQ=YEARLY';
  if (parts.has('BYYEARDAY') && frequency !== 'YEARLY') return 'BYYEARDAY needs FREQ=YEARLY';
  if (parts.has('BYMONTHDAY') && frequency === 'WEEKLY') return 'BYMONTHDAY needs another FREQ';
  const others = [...parts.keys()].filter((key) => key.startsWith('BY') && key !== 'BYSETPOS');
  if (parts.has('BYSETPOS') && others.length === 0) return 'BYSETPOS needs another BY… part';
  return null;
}

/** What would be taken from the day a rule begins, when no such day is given. */
function anchorProblem(parts: ReadonlyMap<string, string>): string | null {
  if (parts.has('COUNT')) return 'COUNT counts from a first day: give `from: 2026-01-31`';
  if (Number(parts.get('INTERVAL') ?? 1) > 1) {
    return 'INTERVAL counts from a first day: give `from: 2026-01-31`';
  }
  const needed: Record<string, string[]> = {
    WEEKLY: ['BYDAY'],
    MONTHLY: ['BYDAY', 'BYMONTHDAY'],
    YEARLY: ['BYDAY', 'BYMONTHDAY', 'BYYEARDAY'],
  };
  const frequency = parts.get('FREQ') ?? '';
  const days = needed[frequency];
  if (!days || days.some((key) => parts.has(key))) return null;
  return `FREQ=${frequency} does not say on which day: add ${days.join(' or ')}, or give \`from: 2026-01-31\``;
}
