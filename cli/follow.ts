/** follow: a release's events as they come, folded into its progress, until it is over. */

import type { CrescendoEvent } from '../domain/events.ts';
import { parseReleaseId } from '../domain/ids.ts';
import { advance, newRelease, type ReleaseProgress } from '../domain/progress.ts';
import type { RecordedEntry } from './answers.ts';
import type { Client } from './client.ts';
import { releasePath } from './commands/target.ts';
import type { Display } from './displays.ts';
import { watchEvidence } from './live-evidence.ts';
import { streamEvents } from './sse.ts';

export interface FollowOptions {
  signal: AbortSignal;
  display: Display;
  /** Where to stop. */
  until: 'warm' | 'ended';
}

/**
 * The progress at the end, or as far as it was known when `signal` fired.
 * @throws Failure when the server refuses or cannot be reached
 */
export async function follow(
  client: Client,
  id: string,
  { signal, display, until }: FollowOptions,
): Promise<ReleaseProgress> {
  const release = parseReleaseId(id) ?? { application: id, number: 0 };
  let progress = newRelease(release, new Date().toISOString());
  const looking = display.evidence && watchEvidence(client, () => progress, display.evidence);
  try {
    const onBreak = (reason: string | null) => display.broken(reason);
    const events = streamEvents(client, `${releasePath(id)}/events`, { signal, onBreak });
    for await (const { data } of events) {
      const entry = JSON.parse(data) as RecordedEntry;
      progress = fold(progress, entry.event);
      display.show(entry, progress);
      if (progress.stage === 'ended' || (until === 'warm' && progress.stage === 'warm')) break;
    }
  } finally {
    looking?.stop();
  }
  return progress;
}

/** A newer server may send events this client has not heard of: they change nothing. */
function fold(progress: ReleaseProgress, event: CrescendoEvent): ReleaseProgress {
  try {
    const next: ReleaseProgress | undefined = advance(progress, event);
    const rollout = event.environment === null ? next : next?.rollouts[event.environment];
    return rollout === undefined ? progress : next;
  } catch {
    return progress;
  }
}
