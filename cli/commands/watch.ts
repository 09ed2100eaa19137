/** `watch`: stays with a release until it has ended; the exit code says how. */

import { InvalidArgumentError, Option, type Command } from 'commander';
import type { ReleaseProgress } from '../../domain/progress.ts';
import { action, type Call, type Session } from '../call.ts';
import { displayFor } from '../displays.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { follow } from '../follow.ts';
import { withConnection, withOutput } from './options.ts';
import { releaseFor } from './target.ts';

export interface WatchFlags {
  timeout?: string;
  until: 'warm' | 'ended';
}

/** Options of every command that watches. */
export function withWatching(command: Command): Command {
  return command
    .option('--timeout <duration>', 'stop watching after e.g. 30m (exit code 3)', durationText)
    .addOption(
      new Option('--until <stage>', 'stop when the release has ended, or is warm at 100 %')
        .choices(['ended', 'warm'])
        .default('ended'),
    );
}

const durationPattern = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/;

function durationText(text: string): string {
  if (durationPattern.test(text)) return text;
  throw new InvalidArgumentError('Write a duration such as 90s, 30m or 1h30m.');
}

export function addWatch(program: Command, session: Session): void {
  const watch = program
    .command('watch')
    .description('watch a release live; not on a terminal, one line per change')
    .argument('<release|application>')
    .action(
      action<WatchFlags>(session, async (call, [text = ''], flags) => {
        return watchRelease(call, await releaseFor(await call.client(), text), flags);
      }),
    );
  withConnection(withOutput(withWatching(watch), 'text', 'jsonl', 'json'));
}

/** Watches to the end, a timeout or Ctrl-C. The release itself is never touched. */
export async function watchRelease(call: Call, id: string, flags: WatchFlags): Promise<ExitCode> {
  const client = await call.client();
  const limit = flags.timeout === undefined ? null : await milliseconds(flags.timeout);
  const stop = new AbortController();
  const timer = limit === null ? null : setTimeout(() => stop.abort('timeout'), limit);
  const uninterrupt = call.io.onInterrupt(() => stop.abort('interrupt'));
  const display = displayFor(call);
  try {
    const { signal } = stop;
    const progress = await follow(client, id, { signal, display, until: flags.until });
    display.close();
    return signal.aborted ? leave(call, id, signal.reason) : verdictOn(call, progress);
  } finally {
    display.close();
    uninterrupt();
    if (timer) clearTimeout(timer);
  }
}

async function milliseconds(text: string): Promise<number> {
  const { parseDuration } = await import('../../domain/duration.ts');
  const { usage } = await import('../failure.ts');
  const ms = parseDuration(text);
  // Timers of the platform count with 31 bits and would fire at once beyond them.
  if (ms !== null && ms < 2 ** 31) return ms;
  throw usage(`--timeout ${text} is too long`, 'Leave it out to watch without a limit.');
}

function leave({ say }: Call, id: string, reason: unknown): ExitCode {
  const why = reason === 'timeout' ? 'Timed out watching' : 'Stopped watching';
  say(
    `${why}: the release goes on. Look again with \`crescendo watch ${id}\`; hold it with \`crescendo pause ${id}\`.`,
  );
  return reason === 'timeout' ? exitCodes.timeout : exitCodes.interrupted;
}

function verdictOn({ say }: Call, { id, application, outcome }: ReleaseProgress): ExitCode {
  if (outcome === null || outcome === 'succeeded') return exitCodes.ok;
  say(`${id} ended ${outcome.replace('_', ' ')}. What is live now: crescendo get ${application}`);
  return exitCodes.failed;
}
