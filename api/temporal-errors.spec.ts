import {
  ApplicationFailure,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { CrescendoError } from '../domain/errors.ts';
import { explainTemporal, type Subject } from './temporal-errors.ts';

const release: Subject = { kind: 'release', id: 'shop:7' };
const application: Subject = { kind: 'application', name: 'shop' };

function grpc(code: number, details: string): Error {
  return Object.assign(new Error(`${code}: ${details}`), { code, details, metadata: {} });
}

function refused(type: string, ...details: unknown[]): WorkflowUpdateFailedError {
  const failure = ApplicationFailure.create({
    message: 'the reason',
    type,
    details,
    nonRetryable: true,
  });
  return new WorkflowUpdateFailedError('Workflow Update failed', failure);
}

const deadlineExceeded = grpc(4, 'Deadline exceeded after 2s');

async function explain(thrown: unknown, subject: Subject, reachable = true) {
  const circumstances = { subject, address: 'temporal:7233', deadline: 2000 };
  const explained = await explainTemporal(thrown, {
    ...circumstances,
    reachable: () => Promise.resolve(reachable),
  });
  return [explained.code, explained.message] as const;
}

describe('api/temporal-errors.ts', () => {
  it.each<[what: string, error: unknown, subject: Subject, code: string, message: string | RegExp]>(
    [
      [
        'an unknown release',
        new WorkflowNotFoundError(
          'workflow not found for ID: release:shop:7',
          'release:shop:7',
          undefined,
        ),
        release,
        'release_unknown',
        'there is no release shop:7',
      ],
      [
        'a release that has ended',
        new WorkflowNotFoundError(
          'workflow execution already completed',
          'release:shop:7',
          undefined,
        ),
        release,
        'release_ended',
        'release shop:7 has ended',
      ],
      [
        'a release that ends just now',
        refused('AcceptedUpdateCompletedWorkflow'),
        release,
        'release_ended',
        'release shop:7 has just ended',
      ],
      [
        'an unknown application',
        new WorkflowNotFoundError('workflow not found', 'application:shop', undefined),
        application,
        'application_unknown',
        'there is no application shop',
      ],
      ['a refusal', refused('action_refused'), release, 'action_refused', 'the reason'],
      [
        'a refusal nobody knows',
        refused('oops'),
        release,
        'internal',
        'the update failed: the reason',
      ],
      [
        'an error in the workflow',
        new WorkflowUpdateFailedError('failed', new Error('boom')),
        release,
        'internal',
        'the update failed: boom',
      ],
      [
        'an update that nobody takes',
        new WorkflowUpdateRPCTimeoutOrCancelledError('timeout', { cause: deadlineExceeded }),
        release,
        'no_worker',
        /^no worker answered within 2000 ms/,
      ],
      [
        'a query that nobody answers',
        new ServiceError('Failed to query Workflow', { cause: deadlineExceeded }),
        release,
        'no_worker',
        /^no worker answered within 2000 ms/,
      ],
      [
        'a connection that is refused',
        new ServiceError('failed', { cause: grpc(14, 'connect ECONNREFUSED 127.0.0.1:7233') }),
        release,
        'temporal_unavailable',
        'Temporal at temporal:7233: connect ECONNREFUSED 127.0.0.1:7233',
      ],
      [
        'a namespace that does not exist',
        grpc(5, 'Namespace releases is not found.'),
        { kind: 'server' },
        'temporal_unavailable',
        'Temporal at temporal:7233: Namespace releases is not found.',
      ],
      [
        'anything else',
        new TypeError('boom'),
        release,
        'internal',
        'unexpected answer of Temporal: boom',
      ],
      [
        'our own errors, as they are',
        new CrescendoError('lane_busy', 'shop:6 is under way'),
        application,
        'lane_busy',
        'shop:6 is under way',
      ],
    ],
  )('explains %s', async (_, error, subject, code, message) => {
    const [foundCode, foundMessage] = await explain(error, subject);

    expect(foundCode).toBe(code);
    expect(foundMessage).toMatch(message);
  });

  it('tells a silent server from a silent worker', async () => {
    expect(await explain(deadlineExceeded, release, false)).toEqual([
      'temporal_unavailable',
      'Temporal at temporal:7233: no answer within 2000 ms',
    ]);
  });

  it('hands on the fields of a refusal', async () => {
    const fields = [
      { path: '', message: 'no router' },
      { path: 'a.b', message: 'c', line: 1, column: 2 },
    ];
    const circumstances = {
      subject: application,
      address: '',
      deadline: 1,
      reachable: async () => true,
    };
    const explained = await explainTemporal(refused('plan_refused', fields), circumstances);

    expect([explained.code, explained.fields]).toEqual(['plan_refused', fields]);
  });

  it('leaves out details that are no fields', async () => {
    const circumstances = {
      subject: application,
      address: '',
      deadline: 1,
      reachable: async () => true,
    };
    const explained = await explainTemporal(refused('plan_refused', { a: 1 }), circumstances);

    expect([explained.code, explained.fields]).toEqual(['plan_refused', []]);
  });
});
