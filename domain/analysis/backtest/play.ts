/** What a method makes of a recording: when it would have stopped it, and when let it through. */

import type { Recording } from './recording.ts';

/** Indices of the intervals after which it decided so for the first time; null: it never did. */
export interface Played {
  failedAt: number | null;
  passedAt: number | null;
}

/** Watches to the end, also after a pass: a release is watched on while it is expanded. */
export type Player = (recording: Recording) => Played;
