/** Hands of a group: releases of its applications begin and go back through their guardians. */

import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { CrescendoError, isErrorCode } from '../domain/errors.ts';
import { applicationWorkflowId } from '../domain/ids.ts';
import { routerPowers } from '../providers/routers/index.ts';
import type { GroupActivities } from './contract.ts';

/** Milliseconds until a guardian that does not answer is asked again. */
const patience = 15_000;

export function groupActivities(client: Client): GroupActivities {
  const ask = async (application: string, update: string, request: object) => {
    const handle = client.workflow.getHandle(applicationWorkflowId(application));
    try {
      const answer = await client.withDeadline(Date.now() + patience, () =>
        handle.executeUpdate<{ number: number }, [object]>(update, { args: [request] }),
      );
      return { release: answer.number };
    } catch (error) {
      throw explained(error, application);
    }
  };
  return {
    submitMember: ({ application, version, by, reason, key, group }) =>
      ask(application, 'submit', {
        version,
        by,
        reason,
        idempotencyKey: key,
        quarantineOverride: null,
        powers: routerPowers,
        group,
      }),
    returnMember: ({ application, by, reason, key, group }) =>
      ask(application, 'rollback', { to: null, by, reason, idempotencyKey: key, group }),
  };
}

/** A refusal is final; anything else is tried again. */
function explained(error: unknown, application: string): unknown {
  if (error instanceof WorkflowNotFoundError) {
    return new CrescendoError('application_unknown', `there is no application ${application}`);
  }
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || !isErrorCode(cause.type)) return error;
  return ApplicationFailure.nonRetryable(cause.message, cause.type);
}
