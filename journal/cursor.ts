/** Opaque cursors for pages of releases, and the limits of everything that is read in portions. */

import { z } from 'zod';
import { CrescendoError } from '../domain/errors.ts';

/** The last line of a page: the next page starts below it. */
const lastLine = z.tuple([z.iso.datetime(), z.string(), z.int().positive()]);
export type LastLine = z.infer<typeof lastLine>;

export function formatCursor(line: LastLine): string {
  return Buffer.from(JSON.stringify(line)).toString('base64url');
}

/** Throws request_invalid for what `formatCursor` never made. */
export function parseCursor(cursor: string): LastLine {
  try {
    return lastLine.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw invalid('cursor', 'The cursor is not one that a page ended with; start without it');
  }
}

/** `limit` when it is a whole number from 1 to `most`; throws request_invalid otherwise. */
export function checkedLimit(limit: number, most: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw invalid('limit', `The limit must be a whole number from 1 to ${most}, not ${limit}`);
}

/** Throws request_invalid when `text` is no time. */
export function checkedTime(path: string, text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw invalid(path, `${JSON.stringify(text)} is no time such as 2026-01-31T12:00:00Z`);
}

function invalid(path: string, message: string): CrescendoError {
  return new CrescendoError('request_invalid', message, [{ path, message }]);
}
