/** `crescendo up`: all of Crescendo on this machine, until Ctrl-C. */

import { SetupError } from './setup-error.ts';
import { startStack, type Stack } from './stack.ts';
import type { ProcessEvent } from './supervisor/contract.ts';
import { createProgressLine } from './toolbox/index.ts';

export interface UpOptions {
  port?: number | undefined;
  dataDir?: string | undefined;
  temporalAddress?: string | undefined;
  /** Start an own Temporal server, whatever is there already. */
  ownTemporal?: boolean;
  uiPort?: number | undefined;
  databaseUrl?: string | undefined;
}

const defaultDataDir = '.crescendo';

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

/** Runs until a signal ends it; the answer is the exit code. */
export async function up(options: UpOptions): Promise<number> {
  const progress = createProgressLine(process.stderr);
  let ending = false;
  const stopped = untilSignal().then(() => {
    ending = true;
  });
  const dataDir = options.dataDir ?? defaultDataDir;
  try {
    const starting = startStack({
      ...options,
      dataDir,
      onProgress: progress.report,
      onEvent: tellTrouble(say, () => ending),
    });
    const stack = await Promise.race([starting, stopped.then(() => null)]);
    progress.done();
    if (stack === null) {
      await starting.then(
        (late) => late.stop(),
        () => {},
      );
      return 0;
    }
    for (const sentence of stack.restored) say(sentence);
    for (const line of banner(stack)) say(line);
    await stopped;
    say('ending everything that was started (Ctrl-C again to end at once)');
    await stack.stop();
    return 0;
  } catch (error) {
    progress.done();
    return explain(error, say);
  }
}

function banner(stack: Stack): string[] {
  return [
    '',
    'Crescendo is up.',
    `  console          ${stack.apiUrl}`,
    `  API docs         ${stack.apiUrl}/api/docs`,
    `  Temporal Web UI  ${stack.temporalUi ?? '(not known: the server is not ours)'}`,
    `  logs             ${stack.logs}`,
    '',
    'Next: crescendo apply -f FILE, then crescendo release APPLICATION --version V --artifact A --watch',
    'Ctrl-C ends it; what it knows is kept.',
  ];
}

/** A part that died is started again by itself; people should still know. */
function tellTrouble(
  say: (sentence: string) => void,
  isEnding: () => boolean,
): (event: ProcessEvent) => void {
  return (event) => {
    if (isEnding()) return;
    if (event.kind === 'ended') say(`${event.name} ended unexpectedly (${event.how})`);
    if (event.kind === 'restarting') say(`${event.name} is started again`);
  };
}

/** `npm run` and `timeout` pass on a Ctrl-C that we have had already: that is one, not two. */
const echoMs = 1000;

/** Resolves at the first SIGINT or SIGTERM; a later one ends the process at once. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | null = null;
    const onSignal = () => {
      first ??= Date.now();
      if (Date.now() - first > echoMs) process.exit(130);
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

export function explain(error: unknown, say: (sentence: string) => void): number {
  if (error instanceof SetupError) {
    say(`crescendo: ${error.message}`);
    say(error.advice);
    return 1;
  }
  say(`crescendo: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return 1;
}
