/** A supervisor in a process of its own, for tests that kill it: supervises what its argument says. */

import { superviseProcess } from '../../embedded/supervisor/supervise.ts';

interface Wish {
  args: string[];
  logFile: string;
  /** Leave without stopping what is supervised. */
  exit?: boolean;
}

const ready = () => Promise.resolve(true);
const wishes = JSON.parse(process.argv[2] ?? '[]') as Wish[];
const started = await Promise.all(
  wishes.map(({ args, logFile }) => {
    const spec = { name: 'child', command: process.execPath, args, logFile, ready };
    return superviseProcess({ ...spec, restart: 'always' });
  }),
);
process.stdout.write(`${JSON.stringify(started.map((one) => one.pid()))}\n`);
if (wishes.some((wish) => wish.exit)) process.exit(1);
setInterval(() => undefined, 1_000);
