/** `up` and `demo`: Crescendo on this machine. Loaded only when asked for, so that the rest is quick. */

import type { Command } from 'commander';
import { action, type Session } from '../call.ts';
import type { ExitCode } from '../exit-codes.ts';
import { wholeNumber } from './options.ts';

const port = wholeNumber(1, 65_535);

interface UpFlags {
  port?: number;
  dataDir?: string;
  temporalAddress?: string;
  ownTemporal?: boolean;
  uiPort?: number;
  databaseUrl?: string;
}

export function addUp(program: Command, session: Session): void {
  program
    .command('up')
    .description('run all of Crescendo on this machine, until Ctrl-C')
    .option('--port <number>', 'port of API and console', port)
    .option('--data-dir <folder>', 'where everything is kept')
    .option('--temporal-address <address>', 'use this Temporal server instead of starting one')
    .option('--own-temporal', 'start an own Temporal server even if one is running')
    .option('--ui-port <number>', 'port of the Temporal Web UI', port)
    .option('--database-url <url>', 'use this PostgreSQL instead of an embedded one')
    .action(
      action<UpFlags>(session, async (_call, _args, flags) => {
        const { up } = await import('../../embedded/up.ts');
        return (await up(flags)) as ExitCode;
      }),
    );
}

interface DemoFlags {
  keep?: boolean;
  json?: boolean;
  dataDir?: string;
}

export function addDemo(program: Command, session: Session): void {
  program
    .command('demo')
    .description('see a good and a bad release on this machine, with real traffic')
    .option('--keep', 'leave everything running at the end')
    .option('--json', 'what happened, as JSON')
    .option('--data-dir <folder>', 'where everything is kept')
    .action(
      action<DemoFlags>(session, async (_call, _args, { keep, json, dataDir }) => {
        const { demo } = await import('../../demo/demo.ts');
        return (await demo({ keep, json, dataDir })) as ExitCode;
      }),
    );
}
