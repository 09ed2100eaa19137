/** The estate: read and changed through its workflow, which begins with the first decision. */

import { Inject, Injectable } from '@nestjs/common';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { CrescendoError } from '../../domain/errors.ts';
import { emptyEstate, type Estate } from '../../domain/estate.ts';
import { defaultTaskQueue, estateWorkflowId } from '../../domain/ids.ts';
import type { Actor } from '../../domain/release.ts';
import { estateQuery, resumeAllUpdate, stopAllUpdate } from '../../workflows/messages.ts';
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
      return await this.temporal.ask(subject, () => handle.query(estateQuery));
    } catch (error) {
      // Nobody has ever decided anything.
      if (error instanceof CrescendoError && error.code === 'application_unknown') {
        return emptyEstate();
      }
      throw error;
    }
  }

  /** @throws CrescendoError action_refused when it is so already */
  decide(
    decision: 'stop' | 'resume',
    reason: string | null,
    by: Actor,
    key: string | null,
  ): Promise<Estate> {
    const startWorkflowOperation = new WithStartWorkflowOperation('estate', {
      workflowId: estateWorkflowId,
      taskQueue: defaultTaskQueue,
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{}],
      staticSummary: 'What holds for all applications',
    });
    const update = decision === 'stop' ? stopAllUpdate : resumeAllUpdate;
    const message = { by, reason };
    const updateId = updateIdOf(decision, key, message);
    return this.temporal.ask(subject, () =>
      this.temporal.workflow.executeUpdateWithStart(update, {
        args: [message],
        startWorkflowOperation,
        updateId,
      }),
    );
  }
}
