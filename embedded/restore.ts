/** Brings versions back that ended with the last `crescendo up`: local processes do not outlive it. */

import { z } from 'zod';
import { reasonOf } from './setup-error.ts';
import type { Stack } from './stack.ts';
import { loadConnections } from '../providers/connections.ts';
import { createProviders, type Providers } from '../providers/index.ts';
import { rememberedVersions } from '../providers/targets/process/index.ts';
import type { VersionRecord } from '../providers/targets/process/schema.ts';

const applicationSchema = z.object({
  spec: z.object({
    environments: z.record(
      z.string(),
      z.object({
        target: z.object({ vendor: z.string(), settings: z.record(z.string(), z.unknown()) }),
      }),
    ),
  }),
});

/**
 * Starts every version that was up, on the port it had, so that the router's clusters are right
 * again and a release that was under way goes on. One that cannot be started is named and left.
 */
export async function restoreVersions(
  stack: Stack,
  say: (sentence: string) => void,
): Promise<void> {
  const records = await rememberedVersions(stack.versions);
  const providers = createProviders(loadConnections(stack.connections));
  for (const record of records) {
    const name = `${record.application} ${record.version} in ${record.environment}`;
    try {
      await restore(stack, providers, record);
      say(`${name} is up again`);
    } catch (error) {
      say(`${name} could not be started again: ${reasonOf(error)}`);
    }
  }
}

async function restore(stack: Stack, providers: Providers, record: VersionRecord): Promise<void> {
  const { application, environment, version: name, artifact, config } = record;
  const answer = await fetch(`${stack.apiUrl}/api/v1/applications/${application}`, {
    headers: authorization(),
    signal: AbortSignal.timeout(20_000),
  });
  const { spec } = applicationSchema.parse(await answer.json());
  const target = spec.environments[environment]?.target;
  if (!target) throw new Error('the specification no longer has this environment');
  const version = { name, artifact, ...(config === undefined ? {} : { config }) };
  const context = { signal: AbortSignal.timeout(60_000), progress: () => {} };
  await providers.target(target).deploy({ application, environment }, version, context);
}

function authorization(): Record<string, string> {
  const token = process.env['CRESCENDO_TOKEN'];
  return token ? { authorization: `Bearer ${token}` } : {};
}
