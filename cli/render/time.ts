/** Times for readers: the hour on the wall, and the stamp of a line that is kept. */

export { clock, span } from '../../domain/words.ts';

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `14:05:09` in the reader's time zone; with the date when that is not the day of `now`. */
export function wallTime(iso: string, now: number): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (date.toDateString() === new Date(now).toDateString()) return time;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

/** `2026-11-23T12:03:11Z`: for lines that are kept, the same in every time zone. */
export function stamp(iso: string): string {
  return iso.replace(/\.\d+Z$/, 'Z');
}
