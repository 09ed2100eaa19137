/** Ports for what is killed and comes back. */

import { randomInt } from 'node:crypto';
import { isPortFree } from '../../../embedded/supervisor/ports.ts';

const given = new Set<number>();

/**
 * Below those that outgoing connections get, which begin at 16,000 in some sandboxes: a process that
 * is started again finds its own free. Each call gives another one.
 */
export async function stablePort(): Promise<number> {
  for (;;) {
    const port = randomInt(11_000, 16_000);
    if (given.has(port) || !(await isPortFree(port))) continue;
    given.add(port);
    return port;
  }
}
