/** A worker for the bare workflows. */

import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';

export const bareQueue = 'bench-bare';

/** Runs `work` while a worker with one empty activity polls the bare queue. */
export async function withBareWorker<T>(
  address: string,
  touch: () => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  const connection = await NativeConnection.connect({ address });
  try {
    const worker = await Worker.create({
      connection,
      taskQueue: bareQueue,
      workflowsPath: fileURLToPath(new URL('./bare.js', import.meta.url)),
      activities: { touch },
    });
    return await worker.runUntil(work);
  } finally {
    await connection.close();
  }
}
