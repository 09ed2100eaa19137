/** Runs one command to its end, with few secrets around it and no process left behind. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { formatDuration } from '../domain/duration.ts';
import { CrescendoError } from '../domain/errors.ts';
import type { CallContext } from './call.ts';
import { mask } from './mask.ts';

/** A list runs as it is; a text is run by `/bin/sh -c`. */
export const commandSchema = z.union([z.string().min(1), z.tuple([z.string().min(1)], z.string())]);
export type Command = z.infer<typeof commandSchema>;

/** Environment variables, by name. */
export const environmentSchema = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'),
  z.string(),
);

export interface CommandRun {
  command: Command;
  /** The worker's own folder by default. */
  cwd: string | undefined;
  /** Beside PATH and HOME, all that the command sees of the environment. */
  env: Record<string, string>;
  /** Values that must not show up in the log tail. */
  secrets: string[];
  /** Milliseconds after which it is killed. */
  timeoutMs: number;
  /** Bytes of standard output to keep for `output`, none by default; with more it is ended. */
  keepOutput?: number;
}

export interface CommandResult {
  /** Null when a signal ended it. */
  exitCode: number | null;
  /** The signal that ended it, if one did. */
  endedBy: NodeJS.Signals | null;
  timedOut: boolean;
  /** The end of standard output and error together, at most 4,000 characters. */
  logTail: string;
  /** Standard output from its beginning, where `keepOutput` asks for it; null when it was longer. */
  output?: string | null;
}

/** Between SIGTERM and SIGKILL. */
const graceMs = 2_000;
const progressEveryMs = 5_000;
const maxTail = 4_000;

/**
 * Kills the whole process group when the other end of file descriptor 3 closes, so that the command
 * ends even when the worker is killed. The command then takes the place of this shell.
 */
const guard =
  '{ read -r line <&3; kill -s KILL -- "-$$"; } >/dev/null 2>&1 & exec 3<&- && exec "$@"';

/** What is really started for `command`: the guard around it. File descriptor 3 must be a pipe. */
export function guarded(command: Command): [file: string, ...argv: string[]] {
  const list = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
  return ['/bin/sh', '-c', guard, 'crescendo-command', ...list];
}

/**
 * Runs the command in a process group of its own, which is killed on cancellation, on timeout and
 * when the command ends. Never throws for what the command did.
 * @throws CrescendoError settings_invalid when it cannot be started
 */
export async function runCommand(run: CommandRun, context: CallContext): Promise<CommandResult> {
  context.signal.throwIfAborted();
  const beat = reportProgress(context);
  const timeout = AbortSignal.timeout(run.timeoutMs);
  try {
    const result = await runToEnd(run, AbortSignal.any([context.signal, timeout]));
    return { ...result, timedOut: timeout.aborted };
  } catch (error) {
    if (error instanceof CrescendoError) throw error;
    throw notStarted(run, describeSpawnError(error, run));
  } finally {
    clearInterval(beat);
    context.signal.throwIfAborted();
  }
}

async function runToEnd(run: CommandRun, signal: AbortSignal) {
  const child = start(run);
  const tail = collectTail(child);
  const output = run.keepOutput === undefined ? undefined : collectOutput(child, run.keepOutput);
  const stop = () => void endGroup(child);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [exitCode, endedBy] = await ended(child);
    const logTail = mask(tail(), run.secrets).slice(-maxTail);
    // What shells answer for a program that is missing or may not be run.
    if (exitCode === 126 || exitCode === 127) {
      throw notStarted(run, logTail.slice(-500) || `exit code ${exitCode}`);
    }
    return { exitCode, endedBy, logTail, ...(output && { output: output() }) };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function start(run: CommandRun): ChildProcess {
  const [file, ...argv] = guarded(run.command);
  const { PATH, HOME } = process.env;
  const own = Object.fromEntries(Object.entries({ PATH, HOME }).filter(([, value]) => value));
  return spawn(file, argv, {
    cwd: run.cwd,
    env: { ...own, ...run.env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

/** Waits for the exit, clears the group away, and gives the pipes a moment to run empty. */
async function ended(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  const closed = once(child, 'close');
  closed.catch(() => {});
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  signalGroup(child, 'SIGKILL');
  // A process that left the group may hold the pipes open for ever.
  const patience = setTimeout(() => destroyPipes(child), graceMs);
  await closed;
  clearTimeout(patience);
  return [code, signal];
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  signalGroup(child, 'SIGTERM');
  const patience = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
  await once(child, 'exit').catch(() => {});
  clearTimeout(patience);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is empty already.
  }
}

function destroyPipes(child: ChildProcess): void {
  for (const pipe of child.stdio) pipe?.destroy();
}

/** Keeps the last bytes of both outputs, in the order they came. */
function collectTail(child: ChildProcess): () => string {
  let kept = Buffer.alloc(0);
  const keep = (chunk: Buffer) => {
    // Four bytes is the longest character, and colours take room before they are removed.
    kept = Buffer.concat([kept, chunk]).subarray(-maxTail * 8);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.stdio[3]?.on('error', () => {});
  return () => stripVTControlCharacters(kept.toString('utf8')).replaceAll('\0', '').trimEnd();
}

function collectOutput(child: ChildProcess, maxBytes: number): () => string | null {
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    const fits = size <= maxBytes;
    size += chunk.byteLength;
    if (size <= maxBytes) chunks.push(chunk);
    else if (fits) void endGroup(child);
  });
  return () => (size > maxBytes ? null : Buffer.concat(chunks).toString('utf8'));
}

function reportProgress(context: CallContext): NodeJS.Timeout {
  const since = Date.now();
  return setInterval(() => {
    context.progress(`the command has run for ${formatDuration(Date.now() - since)}`);
  }, progressEveryMs);
}

function notStarted(run: CommandRun, reason: string): CrescendoError {
  const name = typeof run.command === 'string' ? run.command : run.command[0];
  const message = `the command "${name.slice(0, 200)}" could not be run: ${reason}`;
  return new CrescendoError('settings_invalid', message);
}

/** A missing folder is reported by the system as a missing program. */
function describeSpawnError(error: unknown, run: CommandRun): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' && run.cwd !== undefined) return `there is no folder ${run.cwd}`;
  return error instanceof Error ? error.message : String(error);
}
