/** Where a gate stands in the way of a release. */

/** The 25 of `25%`; null when the gate stands elsewhere. */
export function shareOf(before: string): number | null {
  return before.endsWith('%') ? Number(before.slice(0, -1)) : null;
}
