import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { QueueState } from '../domain/task-queue.ts';
import { queueActivities } from './queues.ts';

const served: QueueState = { served: true, lastPoll: '2026-01-01T00:00:00.000Z' };
const gone: QueueState = { served: false, lastPoll: null };

/** Answers in turn, the last one for ever. */
function looks(...answers: (QueueState | 'error')[]) {
  let count = 0;
  const look = async () => {
    const answer = answers[Math.min(count, answers.length - 1)] ?? gone;
    count += 1;
    if (answer === 'error') throw new Error('14 UNAVAILABLE');
    return answer;
  };
  return { look, count: () => count };
}

const pace = { first: 20, growth: 1, longest: 20 };

const watch = (look: () => Promise<QueueState>, known: boolean, settle = 0) =>
  new MockActivityEnvironment().run(queueActivities(look, pace).watchQueue, {
    taskQueue: 'crescendo-eu',
    served: known,
    settle,
  }) as Promise<QueueState>;

describe('activities/queues', () => {
  it('ends at once when it is not as it was', async () => {
    const { look, count } = looks(gone);
    expect(await watch(look, true)).toEqual(gone);
    expect(count()).toBe(1);
  });

  it('goes on looking while it is, and while Temporal does not answer', async () => {
    const { look, count } = looks(served, 'error', gone);
    expect(await watch(look, true)).toEqual(gone);
    expect(count()).toBe(3);
  });

  it('a worker that comes within the settling time was never missed', async () => {
    const { look } = looks(gone, served, gone);
    expect(await watch(look, false, 0)).toEqual(served);
    const blinking = looks(gone, served, gone, gone, gone);
    expect(await watch(blinking.look, true, 30)).toEqual(gone);
    expect(blinking.count()).toBeGreaterThan(3);
  });
});
