/** `npm run mutate`: changes the analysis bit by bit, and sees whether the spec beside each module notices. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { modules } from './modules.mjs';

const wanted = process.argv.slice(2);
const chosen = modules.filter(
  (name) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);
if (chosen.length === 0) {
  process.stderr.write(`no module is called ${wanted.join(' or ')}:\n${modules.join('\n')}\n`);
  process.exit(2);
}

let noticed = 0;
let counted = 0;
for (const name of chosen) {
  const mutants = mutantsOf(name);
  const unnoticed = mutants.filter(
    ({ status }) => status === 'Survived' || status === 'NoCoverage',
  );
  const told = mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout');
  noticed += told.length;
  counted += told.length + unnoticed.length;
  print(name, told.length, told.length + unnoticed.length);
  for (const { location, replacement } of unnoticed) {
    const { line, column } = location.start;
    process.stdout.write(`    ${name}.ts:${line}:${column}  ${oneLine(replacement)}\n`);
  }
}
print('all', noticed, counted);

/** Every mutant with what became of it. */
function mutantsOf(name) {
  const args = ['stryker', 'run', '--logLevel', 'error'];
  const { status } = spawnSync('npx', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, MUTATE: name },
  });
  if (status !== 0) throw new Error(`Stryker could not mutate ${name}`);
  const { files } = JSON.parse(readFileSync(`.crescendo/mutation/${name}.json`, 'utf8'));
  return Object.values(files).flatMap(({ mutants }) => mutants);
}

function print(name, told, all) {
  const share = all === 0 ? '–' : `${Math.round((told / all) * 100)} %`;
  process.stdout.write(`${name}: ${told} of ${all} noticed (${share})\n`);
}

function oneLine(text = '') {
  return text.replaceAll(/\s+/g, ' ').slice(0, 80);
}
