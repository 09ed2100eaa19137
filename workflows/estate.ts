/** The estate: one workflow that all applications look to, and where everything can be stopped. */

import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { holdSentence } from '../domain/calendar/hold.ts';
import {
  decide,
  emptyEstate,
  refuseResume,
  refuseStop,
  stopSentence,
  type Estate,
  type EstateDecision,
} from '../domain/estate.ts';
import { estateName } from '../domain/ids.ts';
import { parseActionMessage } from './action-message.ts';
import { openEstateHolds } from './estate-holds.ts';
import { isLong } from './long-history.ts';
import { estateQuery, resumeAllUpdate, stopAllUpdate } from './messages.ts';
import { now } from './rollout-state.ts';
import { startScribe } from './scribe.ts';

export interface EstateInput {
  /** Carried over by continue-as-new. */
  estate?: Estate;
}

/** Runs for ever, from the first decision on. Releases ask it before every step forward. */
export async function estate(input: EstateInput = {}): Promise<void> {
  let current: Estate = { ...emptyEstate(), ...input.estate };
  const { runId } = workflowInfo();
  const scribe = startScribe(`crescendo#${runId}`, { application: estateName, number: 0 });

  function take(decision: EstateDecision): Estate {
    const event = { ...decision, at: now() };
    current = decide(current, event);
    scribe.write({ ...event, environment: null });
    setCurrentDetails(describe(current));
    return current;
  }

  setHandler(estateQuery, () => current, { description: 'What holds for all applications' });
  setHandler(
    stopAllUpdate,
    (message) => {
      const { by, reason } = parseActionMessage(message);
      return take({ type: 'estate.stopped', by, reason: reason ?? '' });
    },
    {
      description: 'Stops all applications: nothing goes forward, every way back is open',
      validator: (message) => {
        const { reason } = parseActionMessage(message);
        refuseWith(reason ? refuseStop(current) : 'stopping everything needs a reason');
      },
    },
  );
  setHandler(
    resumeAllUpdate,
    (message) => {
      const { by, reason } = parseActionMessage(message);
      return take({ type: 'estate.resumed', by, reason });
    },
    {
      description: 'Lets all applications go on',
      validator: (_message) => refuseWith(refuseResume(current)),
    },
  );

  const crier = openEstateHolds({ current: () => current, take });

  // Not to be cancelled: with it a stop would be gone.
  await CancellationScope.nonCancellable(async () => {
    setCurrentDetails(describe(current));
    await condition(isLong);
    // What was decided during a wait for the others has to be told as well.
    do {
      await crier.finished();
      await scribe.finished();
      await condition(allHandlersFinished);
    } while (crier.isBusy());
    await continueAsNew<typeof estate>({ estate: current });
  });
}

function refuseWith(reason: string | null): void {
  if (reason !== null) throw ApplicationFailure.nonRetryable(reason, 'action_refused');
}

function describe({ stop, holds, log }: Estate): string {
  const state = stop ? `**${stopSentence(stop)}**, since ${stop.since}` : 'Nothing is stopped.';
  const held = holds.map((hold) => `On hold from ${hold.from}: ${holdSentence(hold)}`);
  const lines = log.map(({ type, by, reason, at, hold = '' }) => {
    return `- ${at} ${type} ${hold} by ${by.id} ${reason ?? ''}`;
  });
  return ['# All applications', state, ...held.flatMap((line) => ['', line]), '', ...lines]
    .join('\n')
    .slice(0, 15_000);
}
