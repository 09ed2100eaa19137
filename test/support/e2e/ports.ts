/** Ports for what is killed and comes back. */

import { randomInt } from 'node:crypto';
import { isPortFree } from '../../../embedded/supervisor/ports.ts';

/** Below those that outgoing connections get: a process that is started again finds its own free. */
export async function stablePort(): Promise<number> {
  for (;;) {
    const port = randomInt(11_000, 19_000);
    if (await isPortFree(port)) return port;
  }
}
