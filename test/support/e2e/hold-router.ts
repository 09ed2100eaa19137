/** Keeps the router as it is for a while, so that a shift has begun and cannot end. */

import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { onTestFinished } from 'vitest';
import type { E2eStack } from './stack.ts';

/** Takes the lock of the Envoy router's directory, as a slow worker would; answers its release. */
export async function holdRouter({ dataDir }: E2eStack): Promise<() => Promise<void>> {
  const options = { realpath: false, stale: 5_000, update: 1_000, retries: 100 };
  const unlock = await lock(join(dataDir, 'envoy', 'sites'), options);
  let released: Promise<void> | undefined;
  const release = () => (released ??= unlock());
  onTestFinished(release);
  return release;
}
