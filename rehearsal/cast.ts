/** The cast: people of a script who act at their moments, and those who may approve a gate. */

import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Action } from '../domain/actions.ts';
import type { CrescendoEvent, JournalEntry } from '../domain/events.ts';
import { approvalRefusal, missing, type GateProgress } from '../domain/gates.ts';
import type { Actor } from '../domain/release.ts';
import type { ActionMessage } from '../workflows/messages.ts';
import type { Clock } from './clock.ts';
import { isMoment } from './moments.ts';
import type { Person, Scenario } from './scenario.ts';

/** Carries an action out. @throws WorkflowUpdateFailedError when it is refused */
export type Act = (action: Action, message: ActionMessage) => Promise<void>;

/** An action that was refused, and why. */
export interface Refusal {
  at: number;
  who: string;
  action: Action;
  sentence: string;
}

export interface Cast {
  watch(entries: readonly JournalEntry[]): Promise<void>;
  refusals: Refusal[];
}

export function createCast({ people, approvers }: Scenario, clock: Clock, act: Act): Cast {
  const waiting = new Set(people);
  const refusals: Refusal[] = [];

  async function attempt(who: string, action: Action, message: ActionMessage): Promise<void> {
    try {
      await act(action, message);
    } catch (error) {
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      const sentence = error.cause?.message ?? error.message;
      refusals.push({ at: await clock.now(), who, action, sentence });
    }
  }

  async function notice(event: CrescendoEvent): Promise<void> {
    for (const person of waiting) {
      if (!isMoment(person, event)) continue;
      waiting.delete(person);
      const message = messageOf(person, event);
      await clock.after(person.after, () => attempt(person.who, person.does, message));
    }
    if (event.type !== 'gate.opened' || approvers === 'absent') return;
    const { environment } = event;
    for (const by of approversOf({ ...event, approvals: [] })) {
      await clock.after(0, () => attempt(by.id, 'approve', { by, environment }));
    }
  }

  return {
    refusals,
    async watch(entries) {
      for (const { event } of entries) await notice(event);
    },
  };
}

/** Some actions are refused without a reason. */
const someReason = 'as the scenario says';

function messageOf(person: Person, event: CrescendoEvent): ActionMessage {
  const { who, roles, environment, reason = someReason, full, for: time } = person;
  // A gate of the release belongs to no environment.
  const place = environment ?? (event.type === 'gate.opened' ? event.environment : undefined);
  const by: Actor = { id: who, channel: 'api', roles };
  return { by, reason, environment: place, full, for: time };
}

/** As many as are needed of those who may. */
function approversOf(gate: GateProgress): Actor[] {
  const strangers = Array.from({ length: gate.needs + gate.exclude.length }, (_, index) => {
    return { id: `approver-${index + 1}`, channel: 'api' as const, roles: gate.roles ?? [] };
  });
  const named = (gate.people ?? []).map((id): Actor => ({ id, channel: 'api' }));
  const chosen: Actor[] = [];
  const open = { ...gate, approvals: [] as GateProgress['approvals'] };
  for (const by of [...named, ...strangers]) {
    if (missing(open) === 0) break;
    if (approvalRefusal(open, by) !== null) continue;
    chosen.push(by);
    open.approvals = [...open.approvals, { by, reason: null, at: '' }];
  }
  return chosen;
}
