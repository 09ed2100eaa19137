/** The AWS SDK, which is optional: loaded when the first query of a connection needs it. */

import type * as CloudWatch from '@aws-sdk/client-cloudwatch';
import { CrescendoError } from '../../../domain/errors.ts';
import type { Connection } from './schema.ts';

export type Sdk = typeof CloudWatch;

/** @throws CrescendoError connection_invalid when the package is not there */
export async function createClient(
  connection: Connection,
): Promise<{ client: CloudWatch.CloudWatchClient; sdk: Sdk }> {
  const sdk = await load();
  const { region, endpoint, accessKeyId, secretAccessKey, sessionToken, attempts } = connection;
  const keys = accessKeyId !== undefined && secretAccessKey !== undefined;
  const client = new sdk.CloudWatchClient({
    region,
    maxAttempts: attempts,
    ...(endpoint !== undefined && { endpoint }),
    ...(keys && {
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    }),
  });
  return { client, sdk };
}

async function load(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-cloudwatch');
  } catch (error) {
    const message =
      'CloudWatch needs the package @aws-sdk/client-cloudwatch, which was left out (--omit=optional)';
    throw new CrescendoError('connection_invalid', message, [], error);
  }
}
