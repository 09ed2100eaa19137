import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from 'vitest';
import { compile } from '../../test/support/compiled.ts';
import type { Compiled } from '../../test/support/compiled.ts';
import { groupEnded, signalGroup } from './group.ts';

let compiled: Compiled;
let folder: string;
let groups: number[];

beforeAll(() => {
  compiled = compile('test/support/supervisor-main.ts');
});
afterAll(() => compiled.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crescendo-watchdog-'));
  groups = [];
});
afterEach(async () => {
  for (const group of groups) signalGroup(group, 'SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const staysAlive = 'setInterval(() => {}, 1000)';
const deaf = `process.on('SIGTERM', () => {}); console.log('deaf'); ${staysAlive}`;
const polite = `process.on('SIGTERM', () => { console.log('bye'); process.exit(); }); console.log('polite'); ${staysAlive}`;
const withChild = `
  require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(deaf)}], { stdio: 'inherit' });
  ${staysAlive}`;

/** A process that supervises one child for each code. */
async function aSupervisor(codes: string[], exit = false) {
  const logs = codes.map((_, index) => join(folder, `${index}.log`));
  const wishes = codes.map((code, index) => ({ args: ['-e', code], logFile: logs[index], exit }));
  const main = compiled.path('test/support/supervisor-main.ts');
  const supervisor = spawn(process.execPath, [main, JSON.stringify(wishes)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void supervisor.kill('SIGKILL'));
  const exited = once(supervisor, 'exit');
  const [line] = (await once(createInterface(supervisor.stdout), 'line')) as [string];
  groups = JSON.parse(line) as number[];
  return { supervisor, exited, logs };
}

async function logSays(log: string, text: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await readFile(log, 'utf8')).includes(text)) return;
    await sleep(50);
  }
  throw new Error(`${log} never said ${text}`);
}

async function allEnded(): Promise<boolean[]> {
  return Promise.all(groups.map((group) => groupEnded(group, 5_000)));
}

describe('embedded/supervisor/watchdog', () => {
  it('after SIGKILL of the supervisor all groups end within five seconds, even deaf ones', async () => {
    const { supervisor, exited, logs } = await aSupervisor([polite, deaf, withChild]);
    await Promise.all([
      logSays(logs[0]!, 'polite'),
      logSays(logs[1]!, 'deaf'),
      logSays(logs[2]!, 'deaf'),
    ]);
    expect(groups.map((group) => signalGroup(group, 0))).toEqual([true, true, true]);
    supervisor.kill('SIGKILL');
    await exited;
    expect(await allEnded()).toEqual([true, true, true]);
    expect(await readFile(logs[0]!, 'utf8')).toContain('bye');
  });

  it('so they do when the supervisor exits without stopping them', async () => {
    const { exited } = await aSupervisor([staysAlive, staysAlive], true);
    expect(await exited).toEqual([1, null]);
    expect(await allEnded()).toEqual([true, true]);
  });

  it('Ctrl-C, which the whole foreground group gets, does not take the watchdog along', async () => {
    const { supervisor, exited, logs } = await aSupervisor([polite]);
    await logSays(logs[0]!, 'polite');
    process.kill(-supervisor.pid!, 'SIGINT');
    expect(await exited).toEqual([null, 'SIGINT']);
    expect(await allEnded()).toEqual([true]);
  });

  it('watches the process that came after a crash, no longer the one before', async () => {
    const { supervisor, exited, logs } = await aSupervisor([
      `console.log('pid ' + process.pid); ${deaf}`,
    ]);
    const [first] = groups as [number];
    await logSays(logs[0]!, 'deaf');
    process.kill(first, 'SIGKILL');
    expect(await groupEnded(first, 5_000)).toBe(true);
    const second = await secondPid(logs[0]!, first);
    groups = [second];
    supervisor.kill('SIGKILL');
    await exited;
    expect(await allEnded()).toEqual([true]);
  });
});

async function secondPid(log: string, first: number): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const pids = [...(await readFile(log, 'utf8')).matchAll(/pid (\d+)/g)].map((match) =>
      Number(match[1]),
    );
    const second = pids.find((pid) => pid !== first);
    if (second !== undefined) return second;
    await sleep(50);
  }
  throw new Error('it was not started again');
}
