/** The reporter tells the guardian of the application what its ledger and lane have to know. */

import { condition, CancellationScope, getExternalWorkflowHandle, log } from '@temporalio/workflow';
import type { CrescendoEvent } from '../domain/events.ts';
import { applicationWorkflowId, type ReleaseId } from '../domain/ids.ts';
import { reportSignal, type ReleaseReport } from './messages.ts';
import { now } from './rollout-state.ts';

export interface Reporter {
  /** Picks from a rollout's events what the ledger has to know. */
  observe(events: readonly CrescendoEvent[]): void;
  warm(): void;
  quarantined(version: string, reason: string): void;
  ended(): void;
  /** Resolves when everything has been delivered. */
  finished(): Promise<void>;
}

/** In order, one after the other. A guardian that does not exist (tests) is left alone. */
export function startReporter({ application, number }: ReleaseId): Reporter {
  const waiting: ReleaseReport[] = [];
  let busy = false;

  async function run(): Promise<void> {
    for (;;) {
      await condition(() => waiting.length > 0);
      busy = true;
      const next = waiting.shift();
      if (next) await deliver(next);
      busy = false;
    }
  }

  async function deliver(report: ReleaseReport): Promise<void> {
    try {
      await getExternalWorkflowHandle(applicationWorkflowId(application)).signal(
        reportSignal,
        report,
      );
    } catch (error) {
      log.error('the guardian could not be told', { kind: report.kind, error: String(error) });
    }
  }

  void CancellationScope.nonCancellable(run);

  return {
    observe(events) {
      for (const event of events) {
        if (event.type === 'door.passed') {
          const { environment, version, reason, at } = event;
          waiting.push({ kind: 'door', release: number, environment, version, reason, at });
        }
        if (event.type !== 'rollout.ended' && event.type !== 'rollout.finished') continue;
        const report = rolloutReport(number, event);
        if (report) waiting.push(report);
      }
    },
    warm: () => void waiting.push({ kind: 'warm', release: number }),
    quarantined: (version, reason) =>
      void waiting.push({ kind: 'quarantine', release: number, version, reason, at: now() }),
    ended: () => void waiting.push({ kind: 'ended', release: number }),
    finished: () => condition(() => !busy && waiting.length === 0),
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
