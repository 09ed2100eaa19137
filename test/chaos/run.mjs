/** `npm run chaos -- --minutes 10 --seed 7`: the chaos journey, as long as one likes and with chance of one's own. */

import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const options = { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } };
const { values } = parseArgs({ options });
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? randomInt(1, 1_000_000));
if (!(minutes > 0) || !Number.isInteger(seed)) {
  process.stderr.write('usage: npm run chaos -- [--minutes 10] [--seed WHOLE_NUMBER]\n');
  process.exit(2);
}

const argv = ['vitest', 'run', '--project', 'e2e', 'test/e2e/chaos.spec.ts'];
const env = { ...process.env, CHAOS_MINUTES: String(minutes), CHAOS_SEED: String(seed) };
const { status } = spawnSync('npx', argv, { stdio: 'inherit', env });
process.exit(status ?? 1);
