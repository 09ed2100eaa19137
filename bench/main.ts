/** `npm run bench`: runs the benchmarks that are named, or all, and prints what was measured. */

import { parseArgs } from 'node:util';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { benchAnalysis } from './analysis/index.ts';
import { benchMemory } from './memory.ts';
import { benchScale } from './scale.ts';
import { benchSteering } from './steering.ts';
import { benchThroughput } from './throughput.ts';

const { values, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '600' },
    environments: { type: 'string', default: '100,1000' },
    rows: { type: 'string', default: '' },
  },
});

const benchmarks = {
  analysis: () => benchAnalysis({ runs: Number(values.runs), rows: new RegExp(values.rows) }),
  steering: benchSteering,
  throughput: benchThroughput,
  memory: benchMemory,
  scale: () => benchScale(values.environments.split(',').map(Number)),
};

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { forward: {}, filter: 'OFF' } },
});

const names = asked.length > 0 ? asked : Object.keys(benchmarks);
for (const name of names) {
  const run = benchmarks[name as keyof typeof benchmarks];
  if (!run) {
    process.stderr.write(`no benchmark is called ${name}: ${Object.keys(benchmarks).join(', ')}\n`);
    process.exit(2);
  }
  process.stdout.write(`\n${name}\n`);
  for (const line of await run()) process.stdout.write(`  ${line}\n`);
}
process.exit(0);
