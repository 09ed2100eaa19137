/** `backtest`: policies tried on recorded releases whose outcome is known. */

import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import type { FieldError } from '../../domain/errors.ts';
import { formatSpecErrors } from '../../specification/format.ts';
import { linesOf } from '../analyze/lines.ts';
import { action, type Call, type Session } from '../call.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { renderBacktest } from '../render/backtest.ts';
import type { Trial } from '../backtest/recordings.ts';
import { withOutput } from './options.ts';
import { readSpecFile } from './spec-file.ts';

const help = `
A line is a case of \`analyze\` of kind "sequential" with a label beside it:
  "label": {"bad": true, "from": 120}    a regression that began in interval 120
  "label": {"bad": false}
A policy is a specification, or YAML with \`method\` sequential, threshold or kayenta, and its
settings. Without one, the sequential method is tried as the recordings say. docs/analysis.md has
examples.
`;

interface Flags {
  policy?: string[];
  set?: string[];
  alpha?: string;
}

const collect = (value: string, before: string[] = []) => [...before, value];

export function addBacktest(program: Command, session: Session): void {
  const command = program
    .command('backtest')
    .description('try policies on recorded releases, without a server: one labelled case a line')
    .argument('<files...>', 'files of JSON lines; - is standard input')
    .option('-p, --policy <file>', 'a policy, or a list of them; may be repeated', collect)
    .option('--alpha <share>', 'healthy releases that may be failed (sequential)')
    .option('--set <field=value>', 'another setting (sequential); may be repeated', collect)
    .addHelpText('after', help)
    .action(action(session, (call, files, flags: Flags) => backtest(call, files, flags)));
  withOutput(command);
}

async function backtest(call: Call, files: readonly string[], flags: Flags): Promise<ExitCode> {
  // Loaded only here: the other commands start without the statistics.
  const { playLine, startTrials } = await import('../backtest/recordings.ts');
  const { summarise } = await import('../../domain/analysis/backtest/summary.ts');
  const trials = startTrials(await policiesFrom(call, flags));
  let wrong = 0;
  for (const file of files) wrong += await playFile(call, file, trials, playLine);
  const summaries = trials.map(({ name, outcomes }) => summarise(name, outcomes));
  if (call.json) {
    const policies = summaries.map((summary, index) => ({
      ...summary,
      releases: trials[index]?.outcomes ?? [],
    }));
    call.printJson({ policies });
  } else call.print(renderBacktest(summaries));
  if (wrong > 0) call.say(`${wrong} of the lines or files were left out; correct them.`);
  return wrong > 0 ? exitCodes.usage : exitCodes.ok;
}

async function policiesFrom(call: Call, { policy = [], set = [], alpha }: Flags) {
  const { checkPolicies, parseSetting, policiesIn } = await import('../backtest/policies.ts');
  const settings = set.map((text) => parseSetting(text));
  if (alpha !== undefined) settings.push(parseSetting(`alpha=${alpha}`));
  if (policy.length === 0) return checkPolicies([{ method: 'sequential' }], settings, '--set');
  const files = await Promise.all(policy.map((path) => readSpecFile(call.io, path)));
  return files.flatMap((file) => checkPolicies(policiesIn(file), settings, file.name));
}

/** How many lines could not be used; a file that cannot be read counts as one. */
async function playFile(
  call: Call,
  file: string,
  trials: readonly Trial[],
  play: (text: string, line: number, trials: readonly Trial[]) => FieldError[],
): Promise<number> {
  const name = file === '-' ? '<stdin>' : file;
  const input = file === '-' ? call.io.stdin : createReadStream(file);
  let line = 0;
  let wrong = 0;
  try {
    for await (const text of linesOf(input)) {
      line += 1;
      if (text.trim() === '') continue;
      const fields = play(text, line, trials);
      if (fields.length === 0) continue;
      wrong += 1;
      call.say(formatSpecErrors({ message: '', fields }, name));
    }
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    call.say(`${name} cannot be read: ${code}. Check the path; \`-\` reads standard input.`);
    return wrong + 1;
  }
  return wrong;
}
