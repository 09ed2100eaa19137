/** Live evidence: while an environment bakes, what its metrics show now, fetched again and again. */

import type { MetricEvidence } from '../domain/analysis/verdict.ts';
import type { Measurement } from '../domain/events.ts';
import type { ReleaseProgress } from '../domain/progress.ts';
import type { RolloutProgress } from '../domain/rollout-progress.ts';
import type { Measurements } from './answers.ts';
import type { Client } from './client.ts';
import { releasePath } from './commands/target.ts';

export type LiveEvidence = Record<string, MetricEvidence[]>;

const interval = 2000;
const pageSize = 200;
const patience = 5000;

/**
 * Looks every two seconds, one look at a time, and hands over what is new. A look that fails is
 * not worth a word: the event stream says when the server is gone.
 */
export function watchEvidence(
  client: Client,
  current: () => ReleaseProgress,
  show: (evidence: LiveEvidence) => void,
): { stop(): void } {
  const abort = new AbortController();
  const latest = new Map<string, Measurement>();
  let busy = false;
  const look = async () => {
    const { id, rollouts } = current();
    for (const rollout of Object.values(rollouts).filter(isWatched)) {
      const seen = await newest(client, id, rollout, latest.get(rollout.environment), abort.signal);
      if (seen) latest.set(rollout.environment, seen);
      else latest.delete(rollout.environment);
    }
    show(Object.fromEntries([...latest].map(([name, { evidence }]) => [name, evidence])));
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void look()
      .catch(() => {})
      .finally(() => (busy = false));
  }, interval);
  return {
    stop() {
      clearInterval(timer);
      abort.abort();
    },
  };
}

function isWatched({ stage }: RolloutProgress): boolean {
  return stage === 'bake' || stage === 'hold';
}

/** The newest measurement since the present bake or hold began. */
async function newest(
  client: Client,
  id: string,
  { environment, wait, since }: RolloutProgress,
  known: Measurement | undefined,
  signal: AbortSignal,
): Promise<Measurement | null> {
  const start = wait?.since ?? since;
  const valid = known && Date.parse(known.at) >= Date.parse(start) ? known : null;
  const { items } = await client.get<Measurements>(
    `${releasePath(id)}/measurements`,
    { environment, after: valid?.at ?? start, limit: pageSize },
    { signal, timeout: patience },
  );
  return items.at(-1) ?? valid;
}
