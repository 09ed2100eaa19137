/** Decides which Temporal server to use: one that is configured, one that is there, or our own. */

import { loadClientConnectConfig } from '@temporalio/envconfig';
import { reasonOf, SetupError } from '../setup-error.ts';
import { isPortOpen } from '../supervisor/ports.ts';
import { temporalVersionAt } from '../temporal-probe.ts';
import { resolveTemporal } from './index.ts';
import type { ResolvedTool, ResolveOptions } from './tool.ts';

/** Where Temporal servers listen unless told otherwise. */
const usualPort = 7233;

export type TemporalChoice =
  | { kind: 'existing'; address: string; source: string }
  | { kind: 'start'; binary: ResolvedTool };

export interface TemporalServerOptions extends ResolveOptions {
  /** `host:port` of a server to use; nothing is started then. */
  address?: string;
  /** Port of 127.0.0.1 that is asked before one is started; 7233. Tests ask elsewhere. */
  usualPort?: number;
}

/**
 * Order: the address of the options, of `TEMPORAL_ADDRESS` or of the Temporal profile (taken as it
 * is, without asking it), a server that answers on 127.0.0.1:7233, the Temporal CLI.
 * @throws SetupError when there is no server and no CLI either
 */
export async function resolveTemporalServer(
  options: TemporalServerOptions = {},
): Promise<TemporalChoice> {
  const configured = configuredAddress(options);
  if (configured) return { kind: 'existing', ...configured };
  const running = await runningServer(options);
  if (running) return { kind: 'existing', ...running };
  return { kind: 'start', binary: await resolveTemporal(options) };
}

function configuredAddress(options: TemporalServerOptions) {
  if (options.address) return { address: options.address, source: 'named by an option' };
  const environment = options.environment ?? process.env;
  const variable = environment['TEMPORAL_ADDRESS'];
  if (variable) return { address: variable, source: 'named by TEMPORAL_ADDRESS' };
  const address = profileAddress(environment);
  return address ? { address, source: 'named by the Temporal profile' } : undefined;
}

function profileAddress(environment: NodeJS.ProcessEnv): string | undefined {
  try {
    const overrideEnvVars = Object.fromEntries(
      Object.entries(environment).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    );
    return loadClientConnectConfig({ overrideEnvVars }).connectionOptions.address;
  } catch (error) {
    const advice = 'Correct the file (`temporal config list` shows it), or unset TEMPORAL_PROFILE.';
    throw new SetupError(`the Temporal profile cannot be read: ${reasonOf(error)}`, advice, error);
  }
}

async function runningServer(options: TemporalServerOptions) {
  const port = options.usualPort ?? usualPort;
  // A closed port is told apart at once; the Temporal client would wait out its time limit.
  if (!(await isPortOpen(port))) return undefined;
  const address = `127.0.0.1:${port}`;
  const version = await temporalVersionAt(address);
  if (version) return { address, source: `answers on ${address} (Temporal ${version})` };
  options.onProgress?.(`not used: what listens on ${address} does not answer as Temporal`);
  return undefined;
}
