/** How people, shares and spans of time are spoken of, the same on every screen. */

import type { Actor, Reach } from './release.ts';

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** `jane (cli)`; Crescendo itself goes by its name alone. */
export function person({ id, channel }: Actor): string {
  return channel === 'policy' ? id : `${id} (${channel})`;
}

/** `rolled back by jane: too slow`; what Crescendo does by itself is told by its reason alone. */
export function decided(verb: string, { id, channel }: Actor, reason: string | null): string {
  if (channel === 'policy' && reason) return reason;
  return `${verb} by ${id}${reason ? `: ${reason}` : ''}`;
}

/** `eu, us, ap`; of many only the first few: `eu, us, … (1000 in all)`. */
export function listed(names: readonly string[], most = 8): string {
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most).join(', ')}, … (${names.length} in all)`;
}

/** `12.5 %` */
export function percent(weight: number): string {
  return `${Number(weight.toFixed(2))} %`;
}

/** How far a step reaches: `5 %`, or in the words of a step that is no mere weight. */
export function reach({ weight, audience }: Reach): string {
  return audience ?? percent(weight);
}

/** `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`: two units at most, cut and never rounded up. */
export function span(ms: number): string {
  const index = units.findIndex(([, size]) => ms >= size);
  const [unit, size] = units[index] ?? ['s', 1000];
  const whole = `${Math.max(0, Math.floor(ms / size))} ${unit}`;
  const smaller = index < 0 ? undefined : units[index + 1];
  const rest = smaller ? Math.floor((ms % size) / smaller[1]) : 0;
  return smaller && rest > 0 ? `${whole} ${rest} ${smaller[0]}` : whole;
}

/** `00:41`, `1:02:03`, `2 d 3 h`; never negative. */
export function clock(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  if (seconds >= 86_400) return span(ms);
  const hours = Math.floor(seconds / 3600);
  const short = `${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${short}` : short;
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

/** Characters of a line that are kept. */
const lineLength = 300;

/** A text of several lines in one: what it is about, and how it ends, as in `exited: boom`. */
export function ends(text: string): string {
  const lines = text.split('\n').flatMap((line) => line.trim().slice(0, lineLength) || []);
  const [first = ''] = lines;
  const last = lines.at(-1) ?? '';
  if (lines.length <= 1) return first;
  return lines.length === 2 ? `${first} ${last}` : `${first} … ${last}`;
}
