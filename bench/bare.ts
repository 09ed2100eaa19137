/** Bare workflows to compare with: the least that Temporal can do for the same errand. */

import { condition, proxyActivities, setHandler, defineSignal } from '@temporalio/workflow';

const { touch } = proxyActivities<{ touch(): Promise<void> }>({ startToCloseTimeout: '10s' });

/** Waits for a signal, then runs one activity. */
export async function signalled(): Promise<void> {
  let gone = false;
  setHandler(defineSignal('go'), () => {
    gone = true;
  });
  await condition(() => gone);
  await touch();
}

/** Runs so many activities, one after the other. */
export async function sequence(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await touch();
}
