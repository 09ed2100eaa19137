/** The API as a process of its own: settings from the environment, ended by SIGTERM or SIGINT. */

import { openJournal } from '../journal/open.ts';
import { readConfig, type ApiConfig } from './config.ts';
import { lazyJournal } from './journal.module.ts';
import { createLogger } from './logger.ts';
import { startApi, type RunningApi } from './server.ts';

async function main(): Promise<void> {
  const config = readConfig();
  const log = createLogger(config.logLevel);
  const api = await startApi({ config, journal: lazyJournal(() => open(config)), log });
  log.info({ url: api.url, temporal: config.temporal.connection.address }, 'api is listening');
  if (config.tokens.length === 0) {
    log.warn('no token is set: everybody on this machine may do everything');
  }
  closeOnSignal(api);
}

function open({ databaseUrl }: ApiConfig) {
  return openJournal({ url: databaseUrl ?? '', patience: 0 });
}

/** The second signal ends the process at once. */
function closeOnSignal(api: RunningApi): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      api.close().then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    });
  }
}

function fail(error: unknown): never {
  process.stderr.write(
    `crescendo api: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
}

main().catch(fail);
