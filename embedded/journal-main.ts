/** The embedded journal as a process of its own, so that it lives and dies apart from all others. */

import { parseArgs } from 'node:util';
import { serveJournal } from './journal/serve.ts';
import { SetupError } from './setup-error.ts';

const { values } = parseArgs({
  options: { directory: { type: 'string' }, port: { type: 'string' } },
});
const password = process.env['CRESCENDO_JOURNAL_PASSWORD'];

function fail(error: unknown): never {
  const advice = error instanceof SetupError ? `\n${error.advice}` : '';
  console.error(error instanceof SetupError ? error.message + advice : error);
  process.exit(1);
}

if (!values.directory || !values.port || !password) {
  fail(new SetupError('--directory, --port and CRESCENDO_JOURNAL_PASSWORD are needed', ''));
}

const { directory, port } = values;
const journal = await serveJournal({
  directory,
  port: Number(port),
  password,
  onFatal: fail,
}).catch(fail);
console.log(`journal served on 127.0.0.1:${journal.port} from ${directory}`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    journal.stop().then(() => process.exit(0), fail);
  });
}
