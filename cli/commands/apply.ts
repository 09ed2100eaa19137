/** `apply` and `validate`: specification files, to the server or only looked at. */

import type { Command } from 'commander';
import { action, type Call, type Session } from '../call.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { withConnection, withOutput } from './options.ts';
import { applySpecFile, readSpecFile, type SpecFile } from './spec-file.ts';

export function addApply(program: Command, session: Session): void {
  const apply = program
    .command('apply')
    .description('create an application or change its specification')
    .requiredOption('-f, --file <file>', 'specification, YAML or JSON; - is standard input')
    .action(action<{ file: string }>(session, (call, _args, { file }) => applyFile(call, file)));
  withConnection(withOutput(apply));
}

/** Applies and reports. */
async function applyFile(call: Call, path: string): Promise<void> {
  const file = await readSpecFile(call.io, path);
  const answer = await applySpecFile(await call.client(), file);
  if (call.json) call.printJson(answer);
  else call.print([[`${answer.application}: ${changeOf(answer)}`]]);
  for (const warning of answer.warnings ?? []) call.say(`warning: ${warning}`);
}

/** `revision 4, changed` */
export function changeOf({ revision, changed }: { revision: number; changed: boolean }): string {
  return `revision ${revision}, ${changed ? 'applied' : 'unchanged'}`;
}

export function addValidate(program: Command, session: Session): void {
  const validate = program
    .command('validate')
    .description('check specification files, without a server')
    .argument('<files...>', 'files, YAML or JSON; - is standard input')
    .action(action(session, (call, files) => validateFiles(call, files)));
  withConnection(withOutput(validate));
}

interface Finding {
  file: string;
  valid: boolean;
  warnings: string[];
  errors: { path: string; message: string; line?: number; column?: number }[];
}

async function validateFiles(call: Call, paths: string[]): Promise<ExitCode> {
  const findings: Finding[] = [];
  for (const path of paths) findings.push(await check(call, await readSpecFile(call.io, path)));
  if (call.json) call.printJson({ valid: findings.every(({ valid }) => valid), files: findings });
  const invalid = findings.filter(({ valid }) => !valid).length;
  if (invalid === 0) return exitCodes.ok;
  call.say(`${invalid} of ${paths.length} not valid. Correct the lines above and run it again.`);
  return exitCodes.usage;
}

async function check(call: Call, file: SpecFile): Promise<Finding> {
  const { parseSpecification } = await import('../../specification/parse.ts');
  const { formatSpecErrors } = await import('../../specification/format.ts');
  const { CrescendoError } = await import('../../domain/errors.ts');
  try {
    const { spec, warnings } = parseSpecification(file.text);
    if (!call.json) call.print([[`${file.name}: valid (application ${spec.application})`]]);
    for (const warning of warnings) call.say(`${file.name}: warning: ${warning}`);
    return { file: file.name, valid: true, warnings, errors: [] };
  } catch (error) {
    if (!(error instanceof CrescendoError)) throw error;
    if (!call.json)
      call.print(
        formatSpecErrors(error, file.name)
          .split('\n')
          .map((line) => [line]),
      );
    return { file: file.name, valid: false, warnings: [], errors: error.fields };
  }
}
