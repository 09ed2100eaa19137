/** A Temporal server of its own for one benchmark. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchAttributes } from '../domain/search-attributes.ts';
import { freePort } from '../embedded/supervisor/ports.ts';
import { startTemporalServer } from '../embedded/temporal-server.ts';
import { resolveTemporal } from '../embedded/toolbox/index.ts';

/** Runs `work` with the address of a fresh dev server, which is gone afterwards. */
export async function withTemporal<T>(work: (address: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'crescendo-bench-'));
  const names = Object.keys(searchAttributes);
  const server = await startTemporalServer({
    binary: (await resolveTemporal()).path,
    dbFile: join(folder, 'temporal.db'),
    port: await freePort(),
    uiPort: await freePort(),
    logFile: join(folder, 'temporal.log'),
    searchAttributes: Object.fromEntries(names.map((name) => [name, 'Keyword' as const])),
  });
  try {
    return await work(server.address);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
