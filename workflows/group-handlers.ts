/** The doors of a group: its actions as updates and as signals, its query, reports of its releases. */

import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { groupActions, groupRefusal, type GroupAction } from '../domain/group.ts';
import { isRecord } from '../domain/json.ts';
import { decided } from '../domain/words.ts';
import { parseActionMessage } from './action-message.ts';
import { asGroup, change, hear, tellAll, type RunningGroup } from './group-state.ts';
import { heed } from './heed.ts';
import {
  actionSignal,
  groupQuery,
  groupSignal,
  groupUpdate,
  memberSignal,
  type ActionMessage,
} from './messages.ts';

const descriptions: Record<GroupAction, string> = {
  pause: 'Holds every application of the group where it is',
  resume: 'Lets them go on',
  rollback: 'Brings every application back, the last one first',
};

export function registerGroupHandlers(running: RunningGroup): void {
  setHandler(groupQuery, () => running.progress, { description: 'The progress of this group' });
  for (const action of groupActions) {
    const description = descriptions[action];
    setHandler(
      groupUpdate(action),
      async (message) => {
        await carryOut(running, action, message);
        return running.progress;
      },
      { description, validator: (message) => validate(running, action, message) },
    );
    heed(
      groupSignal(action),
      async (message) => {
        if (reasonAgainst(running, action) === null) await carryOut(running, action, message);
      },
      description,
    );
  }
  heed(memberSignal, (report) => {
    if (isRecord(report) && typeof report.release === 'number') hear(running, report);
  });
}

async function carryOut(
  running: RunningGroup,
  action: GroupAction,
  message: ActionMessage,
): Promise<void> {
  const { by, reason } = parseActionMessage(message);
  if (action === 'rollback') {
    running.turn ??= { cause: decided('rolled back', by, reason), by, reason };
    return;
  }
  change(running, { paused: action === 'pause' });
  const why = asGroup(running, reason);
  await tellAll(running, (handle) => handle.signal(actionSignal(action), { by, reason: why }));
}

function reasonAgainst({ turn, progress }: RunningGroup, action: GroupAction): string | null {
  return turn ? 'it is going back already' : groupRefusal(progress, action);
}

function validate(running: RunningGroup, action: GroupAction, message: unknown): void {
  parseActionMessage(message);
  const reason = reasonAgainst(running, action);
  if (reason === null) return;
  throw ApplicationFailure.nonRetryable(`cannot ${action}: ${reason}`, 'action_refused');
}
