#!/usr/bin/env node
/** The `crescendo` command. */

import { processIo } from './io.ts';
import { run } from './run.ts';

// A reader that went away (`crescendo list | head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
}

const code = await run(process.argv.slice(2), processIo());
// Pipes are written to in the background: what is on its way has to arrive first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
