/** The reporter tells the guardian of the application what its ledger and lane have to know. */

import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import type { CrescendoEvent } from '../domain/events.ts';
import { applicationWorkflowId, type ReleaseId } from '../domain/ids.ts';
import { reportSignal, type ReleaseReport } from './messages.ts';
import { pipeRanks, startPipe } from './pipe.ts';
import { now } from './rollout-state.ts';

/** Reports in one signal. */
const most = 200;

export interface Reporter {
  /** Picks from a rollout's events what the ledger has to know. */
  observe(events: readonly CrescendoEvent[]): void;
  warm(): void;
  quarantined(version: string, reason: string): void;
  ended(): void;
  /** Resolves when everything has been delivered. */
  finished(): Promise<void>;
}

/** In order, and together what has gathered. A guardian that does not exist (tests) is left alone. */
export function startReporter({ application, number }: ReleaseId): Reporter {
  const pipe = startPipe<ReleaseReport>(pipeRanks.reports, most, async (reports) => {
    try {
      const guardian = getExternalWorkflowHandle(applicationWorkflowId(application));
      await guardian.signal(reportSignal, reports);
    } catch (error) {
      const kinds = reports.map(({ kind }) => kind);
      log.error('the guardian could not be told', { kinds, error: String(error) });
    }
  });

  return {
    observe(events) {
      for (const event of events) {
        if (event.type === 'door.passed') {
          const { environment, version, reason, at } = event;
          pipe.push({ kind: 'door', release: number, environment, version, reason, at });
        }
        if (event.type !== 'rollout.ended' && event.type !== 'rollout.finished') continue;
        const report = rolloutReport(number, event);
        if (report) pipe.push(report);
      }
    },
    warm: () => pipe.push({ kind: 'warm', release: number }),
    quarantined: (version, reason) =>
      pipe.push({ kind: 'quarantine', release: number, version, reason, at: now() }),
    ended: () => pipe.push({ kind: 'ended', release: number }),
    finished: () => pipe.empty(),
  };
}

function rolloutReport(
  release: number,
  event: Extract<CrescendoEvent, { type: 'rollout.ended' | 'rollout.finished' }>,
): ReleaseReport | null {
  const { environment, version, at } = event;
  if (event.type === 'rollout.finished') {
    return { kind: 'finished', release, environment, version, at };
  }
  // A version that never had traffic leaves the ledger as it is.
  if (event.outcome !== 'rolled_back' && event.outcome !== 'rollback_failed') return null;
  return { kind: 'returned', release, environment, version, live: event.live, at };
}
