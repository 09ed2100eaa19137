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
import {
  decide,
  emptyEstate,
  refuseResume,
  refuseStop,
  stopSentence,
  type Estate,
} from '../domain/estate.ts';
import type { EstateEventBody } from '../domain/events.ts';
import { estateName } from '../domain/ids.ts';
import { parseActionMessage } from './action-message.ts';
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
  let current = input.estate ?? emptyEstate();
  const { runId } = workflowInfo();
  const scribe = startScribe(`crescendo#${runId}`, { application: estateName, number: 0 });

  function take(body: EstateEventBody): Estate {
    const event = { ...body, at: now() };
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

  // Not to be cancelled: with it a stop would be gone.
  await CancellationScope.nonCancellable(async () => {
    setCurrentDetails(describe(current));
    await condition(isLong);
    await scribe.finished();
    await condition(allHandlersFinished);
    await continueAsNew<typeof estate>({ estate: current });
  });
}

function refuseWith(reason: string | null): void {
  if (reason !== null) throw ApplicationFailure.nonRetryable(reason, 'action_refused');
}

function describe({ stop, log }: Estate): string {
  const state = stop ? `**${stopSentence(stop)}**, since ${stop.since}` : 'Nothing is stopped.';
  const lines = log.map(
    ({ type, by, reason, at }) => `- ${at} ${type} by ${by.id} ${reason ?? ''}`,
  );
  return ['# All applications', state, '', ...lines].join('\n').slice(0, 15_000);
}
