/** Holds of an application: its guardian puts them up, lifts them, and tells the active release. */

import {
  ApplicationFailure,
  getExternalWorkflowHandle,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  currentHolds,
  holdProblem,
  type Hold,
  type HoldEventBody,
  type HoldRequest,
} from '../domain/calendar/hold.ts';
import { applicationWorkflowId, releaseWorkflowId } from '../domain/ids.ts';
import type { Guardian } from './application-state.ts';
import {
  calendarChangedSignal,
  holdUpdate,
  stopsQuery,
  unholdUpdate,
  type UnholdRequest,
} from './messages.ts';
import { now } from './rollout-state.ts';
import { startScribe } from './scribe.ts';

export interface Holds {
  /** Tells the active release that freezes or holds have changed. */
  changed(): void;
  /** Resolves when everything is on record. */
  finished(): Promise<void>;
}

/** Sets the handlers; call it before the first await. `show` renews what Temporal Web UI says. */
export function openHolds(guardian: Guardian, show: () => void): Holds {
  const { application } = guardian;
  // Of no release, so on the record under number 0; a run of its own has a source of its own.
  const source = `${applicationWorkflowId(application)}/${workflowInfo().runId}`;
  const scribe = startScribe(source, { application, number: 0 });

  function note(body: HoldEventBody): Hold {
    scribe.write({ ...body, at: now(), environment: null });
    show();
    changed();
    return body.hold;
  }

  function place({ from, ...request }: HoldRequest): Hold {
    const number = (guardian.lastHold ?? 0) + 1;
    const hold = { ...request, id: `${request.kind}-${number}`, from: from ?? now() };
    guardian.lastHold = number;
    guardian.holds = [...current(guardian), hold];
    return note({ type: 'hold.placed', hold });
  }

  function lift({ id, by, reason }: UnholdRequest): Hold {
    const hold = findHold(guardian.holds ?? [], id);
    guardian.holds = current(guardian).filter((other) => other.id !== id);
    return note({ type: 'hold.lifted', hold, by, reason });
  }

  function changed(): void {
    const number = guardian.lane.active?.number;
    if (number !== undefined) void tellRelease(releaseWorkflowId({ application, number }));
  }

  setHandler(stopsQuery, () => ({
    freezes: guardian.spec?.freezes ?? [],
    holds: guardian.holds ?? [],
  }));
  setHandler(holdUpdate, place, {
    description: 'Lets nothing go forward for a while; rollbacks are never held',
    validator: (request) => {
      const known = Object.keys(guardian.spec?.environments ?? {});
      const problem = holdProblem(current(guardian), request, known, now());
      if (problem !== null) throw ApplicationFailure.nonRetryable(problem, 'request_invalid');
    },
  });
  setHandler(unholdUpdate, lift, {
    description: 'Lifts a hold',
    validator: ({ id }) => void findHold(guardian.holds ?? [], id),
  });
  return { changed, finished: () => scribe.finished() };
}

function current(guardian: Guardian): Hold[] {
  return currentHolds(guardian.holds ?? [], now());
}

/**
 * One of those that are not over. `where`: what they are over, for the error.
 * @throws ApplicationFailure hold_unknown
 */
export function findHold(holds: readonly Hold[], id: string, where = ''): Hold {
  const known = currentHolds(holds, now());
  const hold = known.find((one) => one.id === id);
  if (hold) return hold;
  const names = known.map((one) => one.id).join(', ') || 'none';
  throw ApplicationFailure.nonRetryable(
    `there is no hold "${id}"${where} (${names})`,
    'hold_unknown',
  );
}

async function tellRelease(id: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(id).signal(calendarChangedSignal);
  } catch (error) {
    log.info('a release could not be told of the calendar', { id, error: String(error) });
  }
}
