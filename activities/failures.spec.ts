import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { CrescendoError } from '../domain/errors.ts';
import { toFailure, withFailures } from './failures.ts';

describe('activities/failures', () => {
  it.each([
    ['worth a retry', 'provider_unavailable', false],
    ['not worth a retry', 'artifact_missing', true],
  ] as const)('the code becomes the type: %s', (_, code, nonRetryable) => {
    const fields = [{ path: 'a', message: 'b' }];
    const failure = toFailure(new CrescendoError(code, 'no', fields, new Error('why')));
    expect(failure).toMatchObject({ type: code, message: 'no', nonRetryable, details: [fields] });
    expect((failure as ApplicationFailure).cause?.message).toBe('why');
  });

  it.each([
    ['a cancellation', new CancelledFailure('cancelled')],
    ['a failure of Temporal', ApplicationFailure.retryable('again')],
    ['any other error, which is tried again', new TypeError('bug')],
  ])('leaves %s as it is', (_, error) => expect(toFailure(error)).toBe(error));

  it('wraps every activity', async () => {
    const { work } = withFailures({
      work: async (count: number) => {
        if (count > 1) throw new CrescendoError('artifact_missing', 'gone');
        return count;
      },
    });
    expect(await work(1)).toBe(1);
    await expect(work(2)).rejects.toMatchObject({ type: 'artifact_missing', nonRetryable: true });
  });
});
