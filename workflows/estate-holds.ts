/** Holds and freezes over all applications: the estate puts them up, lifts them, and has it cried. */

import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { holdProblem, type Hold, type HoldEventBody } from '../domain/calendar/hold.ts';
import { nextHold, type Estate } from '../domain/estate.ts';
import { startCrier, type Crier } from './crier.ts';
import { parseHold, parseUnhold } from './hold-message.ts';
import { findHold } from './holds.ts';
import { holdUpdate, unholdUpdate } from './messages.ts';
import { now } from './rollout-state.ts';

export interface EstateDesk {
  /** As it is at this moment. */
  current(): Estate;
  take(decision: HoldEventBody): void;
}

/** Sets the handlers; call it before the first await. */
export function openEstateHolds({ current, take }: EstateDesk): Crier {
  const crier = startCrier();
  const find = (id: string) => findHold(current().holds, id, ' over all applications');

  function note(decision: HoldEventBody): Hold {
    take(decision);
    crier.cry();
    return decision.hold;
  }

  setHandler(
    holdUpdate,
    (message) => {
      const hold = nextHold(current(), parseHold(message), now());
      return note({ type: 'hold.placed', hold });
    },
    {
      description: 'Lets nothing go forward in any application for a while, or between two times',
      validator: (message) => {
        const problem = holdProblem(current().holds, parseHold(message), null, now());
        if (problem !== null) throw ApplicationFailure.nonRetryable(problem, 'request_invalid');
      },
    },
  );
  setHandler(
    unholdUpdate,
    (message) => {
      const { id, by, reason } = parseUnhold(message);
      return note({ type: 'hold.lifted', hold: find(id), by, reason });
    },
    {
      description: 'Lifts a hold or a freeze over all applications',
      validator: (message) => void find(parseUnhold(message).id),
    },
  );
  return crier;
}
