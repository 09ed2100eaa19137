/** Keeps one process running: starts it, waits until it is ready, starts it again when it dies. */

import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '../setup-error.ts';
import type { ProcessEvent, ProcessSpec, SupervisedProcess } from './contract.ts';
import { endGroup, signalGroup } from './group.ts';
import { openLogFile } from './log-file.ts';
import type { LogFile } from './log-file.ts';
import { becomeReady, readyLimitMs, startRun } from './process-run.ts';
import type { ProcessRun } from './process-run.ts';

const firstDelayMs = 200;
const longestDelayMs = 5_000;
/** A run this long was healthy: the delay after it starts small again. */
const healthyMs = 10_000;
/** Deaths before it was ever ready after which we give up. */
const attempts = 3;
const defaultGraceMs = 5_000;

interface Life {
  spec: ProcessSpec;
  log: LogFile;
  stopping: AbortController;
  run: ProcessRun | undefined;
  ready: boolean;
  emit: (event: ProcessEvent) => void;
}

/**
 * Starts a process in a group of its own and resolves when it is ready.
 * @throws SetupError with the end of its log when it does not become ready; nothing is left running
 */
export async function superviseProcess(spec: ProcessSpec): Promise<SupervisedProcess> {
  const life: Life = {
    spec,
    log: openLogFile(spec.logFile),
    stopping: new AbortController(),
    run: undefined,
    ready: false,
    emit: (event) => spec.onEvent?.(event),
  };
  let over: Promise<string> | undefined;
  const failed = await new Promise<string | undefined>((resolve) => {
    over = live(life, () => resolve(undefined));
    void over.then(resolve);
  });
  if (failed !== undefined) throw notReady(life, failed);
  return handleOf(life, over);
}

/**
 * One run after the other, until it is stopped, may not be restarted, or was never ready.
 * @returns how the last run ended
 */
async function live(life: Life, onReady: () => void): Promise<string> {
  let wasReady = false;
  for (let deaths = 0; ;) {
    const started = Date.now();
    const how = await runOnce(life, () => {
      wasReady = true;
      onReady();
    });
    if (life.stopping.signal.aborted || life.spec.restart === 'never') return how;
    deaths = Date.now() - started > healthyMs ? 1 : deaths + 1;
    if (!wasReady && (deaths >= attempts || how.startsWith('not ready'))) return how;
    await pause(life, deaths);
    if (life.stopping.signal.aborted) return how;
  }
}

async function runOnce(life: Life, onReady: () => void): Promise<string> {
  const { spec, emit } = life;
  const run = startRun(spec, life.log.descriptor);
  const { pid } = run;
  life.run = run;
  if (pid !== undefined) emit({ kind: 'started', name: spec.name, pid });
  const outcome = await becomeReady(run, spec);
  if (outcome === 'ready' && pid !== undefined) {
    life.ready = true;
    emit({ kind: 'ready', name: spec.name, pid });
    onReady();
  }
  if (outcome === 'late') await end(life);
  const ended = await run.ended;
  const how = outcome === 'late' ? `not ready within ${readyLimitMs(spec) / 1000} s` : ended;
  life.ready = false;
  life.run = undefined;
  emit({ kind: 'ended', name: spec.name, pid, how });
  return how;
}

async function pause({ spec, emit, stopping }: Life, deaths: number): Promise<void> {
  const afterMs = Math.min(firstDelayMs * 2 ** (deaths - 1), longestDelayMs);
  emit({ kind: 'restarting', name: spec.name, afterMs });
  await sleep(afterMs, undefined, { signal: stopping.signal }).catch(() => undefined);
}

async function end({ run, spec }: Life): Promise<void> {
  if (run?.pid !== undefined) await endGroup(run.pid, spec.graceMs ?? defaultGraceMs);
}

function handleOf(life: Life, over: Promise<string> | undefined): SupervisedProcess {
  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    life.stopping.abort();
    await end(life);
    await over;
    life.log.close();
    life.emit({ kind: 'stopped', name: life.spec.name });
  }
  return {
    name: life.spec.name,
    logFile: life.log.path,
    pid: () => life.run?.pid,
    isReady: () => life.ready,
    kill() {
      if (life.run?.pid !== undefined) signalGroup(life.run.pid, 'SIGKILL');
    },
    stop: () => (stopped ??= stop()),
  };
}

function notReady({ spec, log }: Life, how: string): SetupError {
  const tail = log.tail(20) || '(its log is empty)';
  log.close();
  const message = `${spec.name} did not become ready (${how})`;
  return new SetupError(message, `The end of ${log.path}:\n${tail}`);
}
