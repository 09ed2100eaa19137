/** The server's time: countdowns must be right on a phone whose clock is not. */

/** Milliseconds that the server's clock is ahead of ours. */
let ahead = 0;

/** Below this a difference is the network's, and the header's whole seconds. */
const tolerated = 2_000;

/** Takes the `Date` header of an answer into account. */
export function learnTime(header: string | null, now = Date.now()): void {
  const told = Date.parse(header ?? '');
  if (Number.isNaN(told)) return;
  const difference = told - now;
  ahead = Math.abs(difference) <= tolerated ? 0 : difference;
}

/** Epoch milliseconds, by the server's clock. */
export function serverNow(): number {
  return Date.now() + ahead;
}
