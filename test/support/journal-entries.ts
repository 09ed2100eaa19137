/** Builders of what goes into a journal: entries as the workflows would record them. */

import type {
  CrescendoEvent,
  JournalEntry,
  Measurement,
  ReleaseEventBody,
  RolloutEventBody,
} from '../../domain/events.ts';
import { releaseWorkflowId, rolloutWorkflowId, type ReleaseId } from '../../domain/ids.ts';
import type { Outcome } from '../../domain/release.ts';

/** When histories begin. */
export const historyStart = Date.UTC(2026, 0, 5, 9);

export interface History {
  entries: JournalEntry[];
  release: (body: ReleaseEventBody) => History;
  rollout: (environment: string, body: RolloutEventBody) => History;
  /** Its workflows were lost and start again, with sources of their own. */
  again: () => History;
}

/** An empty history of one release, whose events come a second apart, or all at once (0). */
export function aHistory(release: ReleaseId, from = historyStart, secondsApart = 1): History {
  const entries: JournalEntry[] = [];
  const sequences = new Map<string, number>();
  let attempt = 1;
  const add = (workflow: string, event: CrescendoEvent): History => {
    const source = attempt === 1 ? workflow : `${workflow}#${attempt}`;
    const sequence = (sequences.get(source) ?? 0) + 1;
    sequences.set(source, sequence);
    const { application, number } = release;
    entries.push({ application, release: number, source, sequence, event });
    return history;
  };
  const now = () => new Date(from + entries.length * secondsApart * 1_000).toISOString();
  const history: History = {
    entries,
    release: (body) => add(releaseWorkflowId(release), { ...body, at: now(), environment: null }),
    rollout: (environment, body) =>
      add(rolloutWorkflowId(release, environment), { ...body, at: now(), environment }),
    again: () => {
      attempt += 1;
      return history;
    },
  };
  return history;
}

/** As submitted by jane, version `1.<number>`, built from commit `c<number>`. */
export function aSubmittedRelease(
  release: ReleaseId,
  from = historyStart,
  secondsApart = 1,
): History {
  const { number } = release;
  const version = { name: `1.${number}`, artifact: `shop:${number}`, commit: `c${number}` };
  const by = { id: 'jane', channel: 'cli' } as const;
  const submitted = { type: 'release.submitted', version, by, reason: null } as const;
  return aHistory(release, from, secondsApart).release(submitted);
}

export function anEndedRelease(release: ReleaseId, outcome: Outcome, from = historyStart): History {
  const sentence = `it ${outcome}`;
  return aSubmittedRelease(release, from).release({ type: 'release.ended', outcome, sentence });
}

export function aMeasurement(change: Partial<Measurement> = {}): Measurement {
  const finding = { metric: 'errors', finding: 'ok', sentence: '0.1 % of 900 requests' } as const;
  return {
    application: 'shop',
    release: 7,
    environment: 'eu',
    bake: 'shop:7:eu:1',
    index: 0,
    at: new Date(historyStart).toISOString(),
    weight: 5,
    evidence: [{ ...finding, canary: 0.001, stable: 0.0012, bound: 0.005, requests: 900 }],
    ...change,
  };
}
