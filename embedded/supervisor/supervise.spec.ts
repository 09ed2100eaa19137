import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SetupError } from '../setup-error.ts';
import type { ProcessEvent, ProcessSpec, SupervisedProcess } from './contract.ts';
import { groupEnded, signalGroup } from './group.ts';
import { superviseProcess } from './supervise.ts';

let folder: string;
let events: ProcessEvent[];
let running: SupervisedProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crescendo-supervise-'));
  events = [];
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await rm(folder, { recursive: true, force: true });
});

/** A Node process that runs `code`. */
function aSpec(code: string, changes: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name: 'worker bee',
    command: process.execPath,
    args: ['-e', code],
    logFile: join(folder, 'bee.log'),
    ready: () => Promise.resolve(true),
    restart: 'always',
    onEvent: (event) => events.push(event),
    ...changes,
  };
}

async function supervise(spec: ProcessSpec): Promise<SupervisedProcess> {
  const one = await superviseProcess(spec);
  running.push(one);
  return one;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await condition()) return;
    await sleep(50);
  }
  throw new Error('it did not come to that within 15 s');
}

function kinds(): string[] {
  return events.map((event) => event.kind);
}

const never = () => Promise.resolve(false);
const staysAlive = 'setInterval(() => {}, 1000)';
const says = (text: string) => `console.log(${JSON.stringify(text)}); ${staysAlive}`;

describe('embedded/supervisor/supervise', () => {
  it('is back only when the process is ready', async () => {
    let asked = 0;
    const ready = () => Promise.resolve(++asked === 4);
    const bee = await supervise(aSpec(staysAlive, { ready }));
    expect(asked).toBe(4);
    expect(bee.isReady()).toBe(true);
    expect(kinds()).toEqual(['started', 'ready']);
  });

  it('counts a ready that throws as not yet', async () => {
    let asked = 0;
    const ready = async () => {
      asked += 1;
      if (asked < 3) throw new Error('not yet');
      return true;
    };
    await supervise(aSpec(staysAlive, { ready }));
    expect(asked).toBe(3);
  });

  it('starts it again after each crash, and says so', async () => {
    const bee = await supervise(aSpec(staysAlive));
    const pids = [bee.pid()];
    for (let crash = 0; crash < 3; crash += 1) {
      bee.kill();
      await until(() => bee.isReady() && bee.pid() !== pids.at(-1));
      pids.push(bee.pid());
    }
    expect(new Set(pids).size).toBe(4);
    expect(kinds().filter((kind) => kind === 'started')).toHaveLength(4);
    const delays = events.flatMap((event) => (event.kind === 'restarting' ? [event.afterMs] : []));
    expect(delays).toEqual([200, 400, 800]);
    const ended = events.filter((event) => event.kind === 'ended');
    expect(ended.map((event) => event.how)).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL']);
  });

  it('does not start it again when restart is never', async () => {
    const bee = await supervise(aSpec(staysAlive, { restart: 'never' }));
    bee.kill();
    await until(() => kinds().includes('ended'));
    await bee.stop();
    expect(kinds()).toEqual(['started', 'ready', 'ended', 'stopped']);
    expect(bee.pid()).toBeUndefined();
  });

  it('ends children that a crashed process left behind before it starts again', async () => {
    const grandchild = `
      const child = require('node:child_process').spawn(process.execPath, ['-e', '${staysAlive}']);
      console.log('child ' + child.pid); ${staysAlive}`;
    const bee = await supervise(aSpec(grandchild, { restart: 'never' }));
    const group = bee.pid()!;
    await until(async () => /child \d+/.test(await readFile(bee.logFile, 'utf8')));
    const child = Number(/child (\d+)/.exec(await readFile(bee.logFile, 'utf8'))?.[1]);
    process.kill(group, 'SIGKILL');
    await until(() => kinds().includes('ended'));
    expect(() => process.kill(child, 0)).toThrow('ESRCH');
  });

  it('stop ends the whole group, also those who ignore SIGTERM, and twice is fine', async () => {
    const deaf = `process.on('SIGTERM', () => console.log('no')); console.log('deaf'); ${staysAlive}`;
    const bee = await supervise(aSpec(deaf, { graceMs: 300 }));
    const group = bee.pid()!;
    await until(async () => (await readFile(bee.logFile, 'utf8')).includes('deaf'));
    await Promise.all([bee.stop(), bee.stop()]);
    expect(signalGroup(group, 0)).toBe(false);
    expect(await readFile(bee.logFile, 'utf8')).toContain('no');
    expect(kinds()).toEqual(['started', 'ready', 'ended', 'stopped']);
  });

  it('stop gives a process the time to end by itself', async () => {
    const polite = `
      process.on('SIGTERM', () => setTimeout(() => { console.log('bye'); process.exit(0); }, 300));
      console.log('here'); ${staysAlive}`;
    const bee = await supervise(aSpec(polite));
    await until(async () => (await readFile(bee.logFile, 'utf8')).includes('here'));
    await bee.stop();
    expect(await readFile(bee.logFile, 'utf8')).toContain('bye');
    expect(events.find((event) => event.kind === 'ended')).toMatchObject({ how: 'exit code 0' });
  });

  it('stop between two lives ends it there', async () => {
    const bee = await supervise(aSpec(staysAlive));
    bee.kill();
    await until(() => kinds().includes('restarting'));
    await bee.stop();
    await sleep(500);
    expect(kinds()).toEqual(['started', 'ready', 'ended', 'restarting', 'stopped']);
  });

  it('gives up after three deaths before it was ever ready, with the end of its log', async () => {
    const code = `console.log('line one'); console.error('out of honey'); process.exit(7)`;
    const error = await superviseProcess(aSpec(code, { ready: never })).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SetupError);
    const { message, advice } = error as SetupError;
    expect(message).toBe('worker bee did not become ready (exit code 7)');
    expect(advice).toContain(`${join(folder, 'bee.log')}:\n`);
    expect(advice).toContain('out of honey');
    expect(kinds().filter((kind) => kind === 'started')).toHaveLength(3);
  });

  it('gives up when it is not ready in time, and leaves nobody behind', async () => {
    const spec = aSpec(says('still warming up'), {
      ready: never,
      readyTimeoutMs: 700,
      graceMs: 500,
    });
    await expect(superviseProcess(spec)).rejects.toThrow(
      'did not become ready (not ready within 0.7 s)',
    );
    const pid = events.find((event) => event.kind === 'started')?.pid;
    expect(await groupEnded(pid!, 0)).toBe(true);
  });

  it('says so when the command does not exist', async () => {
    const spec = aSpec('', { command: '/no/such/command', restart: 'never' });
    await expect(superviseProcess({ ...spec, ready: () => new Promise(() => {}) })).rejects.toThrow(
      'ENOENT',
    );
    expect(kinds()).toEqual(['ended']);
  });

  it('keeps the log of last time, and adds to the log over restarts', async () => {
    const first = await supervise(aSpec(says('first')));
    await until(async () => (await readFile(first.logFile, 'utf8')).includes('first'));
    await first.stop();
    const second = await supervise(aSpec(says('second')));
    const count = async () => (await readFile(second.logFile, 'utf8')).split('second').length - 1;
    await until(async () => (await count()) === 1);
    second.kill();
    await until(async () => (await count()) === 2);
    expect(await readFile(`${second.logFile}.1`, 'utf8')).toContain('first');
    expect(await readFile(second.logFile, 'utf8')).not.toContain('first');
  });

  it('passes environment and folder on', async () => {
    const code = `console.log(process.env.HONEY + ' ' + process.cwd()); ${staysAlive}`;
    const bee = await supervise(aSpec(code, { env: { HONEY: 'sweet' }, cwd: folder }));
    await until(async () => (await readFile(bee.logFile, 'utf8')).includes(`sweet ${folder}`));
    expect(bee.isReady()).toBe(true);
  });
});
