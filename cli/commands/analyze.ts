/** `analyze`: recorded data judged offline; one JSON case a line in, one JSON answer a line out. */

import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { formatSpecErrors } from '../../specification/format.ts';
import type { judgeLine as JudgeLineFunction } from '../analyze/judge-line.ts';
import { linesOf } from '../analyze/lines.ts';
import { action, type Call, type Session } from '../call.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { ScreenOutput } from '../render/live-screen.ts';

const help = `
Every case has an "id", which comes back, and a "kind":
  condition       value, successCondition, failureCondition  -> phase
  threshold       measurements, limits, conditions           -> phase, reason
  kayenta-metric  control, experiment, config                -> classification, critical, deviation
  kayenta-score   metrics, groupWeights, thresholds          -> score, groupScores, verdict
  sequential      metrics, alpha, beta, intervals, ...       -> a line for every look
Lines that cannot be judged are reported on standard error; the others are judged all the same.
`;

export function addAnalyze(program: Command, session: Session): void {
  program
    .command('analyze')
    .description('judge recorded data, without a server: one JSON case a line')
    .argument('<files...>', 'files of JSON lines; - is standard input')
    .addHelpText('after', help)
    .action(action(session, (call, files) => analyzeFiles(call, files)));
}

type JudgeLine = typeof JudgeLineFunction;

interface Count {
  lines: number;
  refused: number;
  unread: number;
}

async function analyzeFiles(call: Call, files: readonly string[]): Promise<ExitCode> {
  const count: Count = { lines: 0, refused: 0, unread: 0 };
  for (const file of files) await analyzeFile(call, file, count);
  if (count.refused > 0) {
    const lines = count.lines === 1 ? '1 line' : `${count.lines} lines`;
    call.say(
      `${count.refused} of ${lines} could not be judged. Correct them and run it again; \`crescendo analyze --help\` shows the fields.`,
    );
  }
  return count.refused > 0 || count.unread > 0 ? exitCodes.usage : exitCodes.ok;
}

async function analyzeFile(call: Call, file: string, count: Count): Promise<void> {
  // Loaded only here: the other commands start without the statistics.
  const { judgeLine } = await import('../analyze/judge-line.ts');
  const name = file === '-' ? '<stdin>' : file;
  let line = 0;
  try {
    for await (const text of linesOf(open(call.io, file))) {
      line += 1;
      if (text.trim() === '') continue;
      count.lines += 1;
      if (!(await analyzeLine(call.io, judgeLine, text, { name, line }))) count.refused += 1;
    }
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    count.unread += 1;
    call.say(`${name} cannot be read: ${code}. Check the path; \`-\` reads standard input.`);
  }
}

function open(io: Io, file: string): AsyncIterable<Uint8Array | string> {
  return file === '-' ? io.stdin : createReadStream(file);
}

/** Writes the answers, or what is wrong; false in that case. */
async function analyzeLine(
  { stdout, stderr }: Io,
  judgeLine: JudgeLine,
  text: string,
  { name, line }: { name: string; line: number },
): Promise<boolean> {
  const judged = judgeLine(text, line);
  if ('errors' in judged) {
    await write(stderr, formatSpecErrors({ message: '', fields: judged.errors }, name));
    return false;
  }
  for (const answer of judged.answers) await write(stdout, JSON.stringify(answer));
  if (judged.remark !== undefined) await write(stderr, `${name}:${line}  ${judged.remark}`);
  return true;
}

/** Writes a line and waits while the reader is slower than we are. */
async function write(output: ScreenOutput, line: string): Promise<void> {
  if (output.write(`${line}\n`) !== false || !output.once) return;
  await new Promise<void>((resolve) => output.once?.('drain', resolve));
}
