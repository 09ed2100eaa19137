/** The estate: read and changed through its workflow, which begins with the first decision. */

import { Inject, Injectable } from '@nestjs/common';
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { currentHolds, type Hold, type HoldRequest } from '../../domain/calendar/hold.ts';
import { CrescendoError } from '../../domain/errors.ts';
import { emptyEstate, type Estate } from '../../domain/estate.ts';
import { defaultTaskQueue, estateWorkflowId } from '../../domain/ids.ts';
import type { Actor } from '../../domain/release.ts';
import {
  estateQuery,
  holdUpdate,
  resumeAllUpdate,
  stopAllUpdate,
  unholdUpdate,
  type UnholdRequest,
} from '../../workflows/messages.ts';
import { updateIdOf } from '../idempotency.ts';
import type { Temporal } from '../temporal.ts';
import { TEMPORAL } from '../temporal.module.ts';

const subject = { kind: 'estate' } as const;

@Injectable()
export class EstateService {
  constructor(@Inject(TEMPORAL) private readonly temporal: Temporal) {}

  /** @throws CrescendoError no_worker | temporal_unavailable */
  async read(): Promise<Estate> {
    try {
      const handle = this.temporal.workflow.getHandle(estateWorkflowId);
      const answer = await this.temporal.ask(subject, () => handle.query(estateQuery));
      // An older worker knows of no holds.
      const estate = { ...emptyEstate(), ...answer };
      return { ...estate, holds: currentHolds(estate.holds, new Date().toISOString()) };
    } catch (error) {
      // Nobody has ever decided anything.
      if (error instanceof CrescendoError && error.code === 'application_unknown') {
        return emptyEstate();
      }
      throw error;
    }
  }

  /** Over all applications, in force or to come. @throws as `read` */
  async holds(): Promise<Hold[]> {
    return (await this.read()).holds;
  }

  /** @throws CrescendoError request_invalid when it cannot be put up */
  hold(request: HoldRequest, updateId: string): Promise<Hold> {
    return this.tell(holdUpdate, request, updateId);
  }

  /** @throws CrescendoError hold_unknown */
  unhold(request: UnholdRequest, updateId: string): Promise<Hold> {
    return this.tell(unholdUpdate, request, updateId);
  }

  /** @throws CrescendoError action_refused when it is so already */
  decide(
    decision: 'stop' | 'resume',
    reason: string | null,
    by: Actor,
    key: string | null,
  ): Promise<Estate> {
    const update = decision === 'stop' ? stopAllUpdate : resumeAllUpdate;
    const message = { by, reason };
    return this.tell(update, message, updateIdOf(decision, key, message));
  }

  private tell<Answer, Message>(
    update: UpdateDefinition<Answer, [Message]>,
    message: Message,
    updateId: string,
  ): Promise<Answer> {
    return this.temporal.ask(subject, () =>
      this.temporal.workflow.executeUpdateWithStart(update, {
        args: [message],
        startWorkflowOperation: starting(),
        updateId,
      }),
    );
  }
}

/** The first decision brings the estate to life. */
function starting() {
  return new WithStartWorkflowOperation('estate', {
    workflowId: estateWorkflowId,
    taskQueue: defaultTaskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{}],
    staticSummary: 'What holds for all applications',
  });
}
