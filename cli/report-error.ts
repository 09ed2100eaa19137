/** Errors as people read them: what happened, which lines, and what to run next. */

import type { FieldError } from '../domain/errors.ts';
import { formatSpecErrors } from '../specification/format.ts';
import { wantsColor, type ColorChoice } from './call.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { Failure } from './failure.ts';
import type { Io } from './io.ts';
import { paint, paletteOf, printable, type Line } from './render/text.ts';

/** Writes the error to standard error and gives its exit code. */
export function reportError(io: Io, argv: readonly string[], error: unknown): ExitCode {
  const failure = error instanceof Failure ? error : unforeseen(error);
  // The command line may have been refused before its options were known, so they are looked for.
  if (/^jsonl?$/.test(valueIn(argv, '-o') ?? valueIn(argv, '--output') ?? '')) {
    io.stderr.write(`${JSON.stringify(asJson(failure))}\n`);
    return failure.exit;
  }
  const choice = valueIn(argv, '--color') as ColorChoice | undefined;
  writeLines(io, failure, wantsColor(io, choice, io.stderr.isTTY === true));
  return failure.exit;
}

/** The value of an option, written `-o json`, `-ojson`, `--output json` or `--output=json`. */
function valueIn(argv: readonly string[], flag: string): string | undefined {
  const index = argv.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  if (index >= 0) return argv[index] === flag ? argv[index + 1] : argv[index]?.split('=')[1];
  const joined = flag.length === 2 ? argv.find((word) => word.startsWith(flag)) : undefined;
  return joined?.slice(2);
}

function asJson({ code, exit, message, advice, fields, file }: Failure) {
  return { error: { code, exit, message, advice, file, fields } };
}

function writeLines(io: Io, failure: Failure, color: boolean): void {
  const { message, advice, fields, file } = failure;
  const palette = paletteOf(color);
  const lines: Line[] = [
    [['bad', 'error:'], ` ${message}`],
    ...fields.map((field): Line => [`  ${describe(field, file)}`]),
    [['quiet', advice]],
  ];
  io.stderr.write(lines.map((line) => `${paint(line, Infinity, palette)}\n`).join(''));
}

function describe(field: FieldError, file: string | null): string {
  if (file !== null) return formatSpecErrors({ message: '', fields: [field] }, file);
  return printable([field.path, field.message].filter(Boolean).join('  '));
}

/** Errors of this machine (`up`, `demo`) bring advice of their own; others are defects. */
function unforeseen(error: unknown): Failure {
  const { message = String(error), advice } = (error ?? {}) as {
    message?: string;
    advice?: unknown;
  };
  if (typeof advice === 'string') return new Failure(exitCodes.failed, message, advice);
  const where = error instanceof Error ? (error.stack?.split('\n')[1]?.trim() ?? '') : '';
  const report = `This should not have happened${where && ` (${where})`}; please report it.`;
  return new Failure(exitCodes.failed, message, report, { cause: error });
}
