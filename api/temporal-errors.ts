/** Errors of the Temporal client → errors of the catalogue. */

import {
  ApplicationFailure,
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { z } from 'zod';
import { CrescendoError, isErrorCode, type FieldError } from '../domain/errors.ts';

/** What a call was about, so that "not found" can say what was not found. */
export type Subject =
  | { kind: 'release'; id: string }
  | { kind: 'application'; name: string }
  | { kind: 'group'; name: string }
  | { kind: 'estate' }
  | { kind: 'server' };

const fieldsSchema = z.array(
  z.object({
    path: z.string(),
    message: z.string(),
    line: z.number().optional(),
    column: z.number().optional(),
  }),
);

export interface Circumstances {
  subject: Subject;
  /** Of the server. */
  address: string;
  /** Milliseconds that the call was given. */
  deadline: number;
  /** Asked only after a deadline: tells a silent worker from a silent server. */
  reachable: () => Promise<boolean>;
}

/** The error in our words; the original is its cause. */
export async function explainTemporal(
  error: unknown,
  { subject, address, deadline, reachable }: Circumstances,
): Promise<CrescendoError> {
  if (error instanceof CrescendoError) return error;
  if (error instanceof WorkflowNotFoundError) return notFound(error, subject);
  if (error instanceof WorkflowUpdateFailedError) return updateFailed(error, subject);
  if (isDeadline(error)) {
    if (await reachable()) return noWorker(deadline, error);
    return unavailable(address, `no answer within ${deadline} ms`, error);
  }
  const reason = reasonOf(error);
  if (reason !== null) return unavailable(address, reason, error);
  const message = error instanceof Error ? error.message : String(error);
  return new CrescendoError('internal', `unexpected answer of Temporal: ${message}`, [], error);
}

/** temporal_unavailable, with the address that was tried. */
export function unavailable(address: string, reason: string, cause: unknown): CrescendoError {
  return new CrescendoError('temporal_unavailable', `Temporal at ${address}: ${reason}`, [], cause);
}

/** What the server or the network said; null when it said nothing in time, or nothing of the kind. */
export function reasonOf(error: unknown): string | null {
  const cause = error instanceof Error ? error.cause : undefined;
  const grpc = [error, cause].find((candidate) => isGrpcServiceError(candidate));
  if (!isGrpcServiceError(grpc) || isDeadline(grpc)) return null;
  return grpc.details || grpc.message;
}

function notFound(error: WorkflowNotFoundError, subject: Subject): CrescendoError {
  const over = /already completed/.test(error.message);
  if (subject.kind === 'release') {
    return over
      ? new CrescendoError('release_ended', `release ${subject.id} has ended`, [], error)
      : new CrescendoError('release_unknown', `there is no release ${subject.id}`, [], error);
  }
  if (subject.kind === 'group') {
    return over
      ? new CrescendoError('action_refused', `group ${subject.name} has ended`, [], error)
      : new CrescendoError('group_unknown', `there is no group ${subject.name}`, [], error);
  }
  const what = subject.kind === 'application' ? `application ${subject.name}` : 'such workflow';
  return new CrescendoError('application_unknown', `there is no ${what}`, [], error);
}

function updateFailed(error: WorkflowUpdateFailedError, subject: Subject): CrescendoError {
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) {
    return new CrescendoError('internal', `the update failed: ${cause?.message}`, [], error);
  }
  // The server's own word for an update that was under way when the workflow ended.
  if (cause.type === 'AcceptedUpdateCompletedWorkflow' && subject.kind === 'release') {
    return new CrescendoError('release_ended', `release ${subject.id} has just ended`, [], error);
  }
  if (!isErrorCode(cause.type)) {
    return new CrescendoError('internal', `the update failed: ${cause.message}`, [], error);
  }
  return new CrescendoError(cause.type, cause.message, fieldsOf(cause), error);
}

function fieldsOf(failure: ApplicationFailure): FieldError[] {
  const fields = fieldsSchema.safeParse(failure.details?.[0]);
  if (!fields.success) return [];
  return fields.data.map(({ path, message, line, column }) => ({
    path,
    message,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  }));
}

function isDeadline(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    isGrpcDeadlineError(error) ||
    isGrpcCancelledError(error)
  );
}

function noWorker(deadline: number, cause: unknown): CrescendoError {
  const message = `no worker answered within ${deadline} ms; it may still be carried out when one comes, so repeat it with the same Idempotency-Key`;
  return new CrescendoError('no_worker', message, [], cause);
}
