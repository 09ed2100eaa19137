/** Brings versions back that ended with the last `crescendo up`: local processes do not outlive it. */

import type { Connections } from '../providers/connections.ts';
import {
  processTarget,
  rememberedVersions,
  startAgain,
} from '../providers/targets/process/index.ts';
import type { ProcessConnection, VersionRecord } from '../providers/targets/process/schema.ts';
import { reasonOf } from './setup-error.ts';

/**
 * Starts every version that had been ready, on the port it had, so that the router's clusters are
 * right again. Carried out before a worker starts: it would blame versions that are merely not up
 * yet. What was only being deployed is left to the release that deploys it.
 * @returns a sentence per version: one that cannot be started is named and left
 */
export async function restoreVersions(
  versions: string,
  connections: Connections,
): Promise<string[]> {
  const remembered = await rememberedVersions(versions);
  const settings = connections.find('process', 'process');
  const connection = processTarget.connection.parse(settings);
  const records = remembered.filter(({ wasReady }) => wasReady);
  return Promise.all(records.map((record) => restore(record, connection)));
}

async function restore(record: VersionRecord, connection: ProcessConnection): Promise<string> {
  const name = `${record.application} ${record.version} in ${record.environment}`;
  const context = { signal: AbortSignal.timeout(60_000), progress: () => {} };
  try {
    await startAgain(record, connection, context);
    return `${name} is up again`;
  } catch (error) {
    return `${name} could not be started again: ${reasonOf(error)}`;
  }
}
