/** What goes into a jsonb column: JSON that PostgreSQL accepts, whatever the text in it. */

/**
 * `value` as JSON text. Numbers that JSON cannot carry (NaN, infinities) become null, and what
 * jsonb refuses (the character NUL, halves of a surrogate pair) becomes U+FFFD.
 */
export function toJsonb(value: unknown): string {
  // Both come from programs' output, which test results quote and cut, and one such character
  // would keep its batch out of the journal for ever. `\\.` takes the other escapes as they are.
  return JSON.stringify(value).replaceAll(
    /\\(?:u(?<refused>0000|d[89a-f][0-9a-f]{2})|.)/g,
    (escape, refused: string | undefined) => (refused === undefined ? escape : '\\ufffd'),
  );
}

/** A time as it is compared and stored: ISO 8601, UTC, milliseconds. Throws a RangeError. */
export function toTime(at: string): string {
  return new Date(at).toISOString();
}
