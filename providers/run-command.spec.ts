import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { aContext } from '../test/support/call-context.ts';
import { guarded, runCommand, type CommandRun } from './run-command.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crescendo-command-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

function run(command: CommandRun['command'], more: Partial<CommandRun> = {}, signal?: AbortSignal) {
  const all = { command, cwd: folder, env: {}, secrets: [], timeoutMs: 30_000, ...more };
  return runCommand(all, aContext(signal));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits for the file the command writes its process ids to, one a line. */
async function readPids(name: string, count: number): Promise<number[]> {
  return vi.waitFor(async () => {
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n');
    // The last line is empty, or still being written.
    const pids = lines.slice(0, -1).map(Number);
    expect(pids).toHaveLength(count);
    return pids;
  }, 10_000);
}

/** A zombie still has its id, so its end may take a moment to be seen. */
async function expectGone(pids: number[]): Promise<void> {
  expect(pids.length).toBeGreaterThan(0);
  await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), 10_000);
}

describe('providers/run-command', () => {
  it('keeps standard output apart where it is asked to', async () => {
    const { output, logTail } = await run('echo one; echo two >&2', { keepOutput: 4 });
    expect(output).toBe('one\n');
    expect(logTail).toContain('two');
    expect(await run('echo one')).not.toHaveProperty('output');
  });

  it('ends a command that prints more than is kept', async () => {
    const result = await run('yes', { keepOutput: 1_000 });
    expect(result).toMatchObject({ output: null, endedBy: 'SIGTERM', timedOut: false });
  });

  it('returns the exit code and both outputs in the order they came', async () => {
    const result = await run('echo one; echo two >&2; sleep 0.05; echo three; exit 3');
    expect(result).toEqual({
      exitCode: 3,
      endedBy: null,
      timedOut: false,
      logTail: expect.stringMatching(/^(one\ntwo|two\none)\nthree$/),
    });
  });

  it('runs a list as it is, without a shell', async () => {
    const result = await run(['echo', '$HOME', '; exit 9', "it's"]);
    expect(result).toMatchObject({ exitCode: 0, logTail: "$HOME ; exit 9 it's" });
  });

  it('runs in the folder it is given', async () => {
    expect((await run('pwd -P')).logTail).toBe(folder);
  });

  it('shows the command nothing of the environment but PATH, HOME and its own', async () => {
    vi.stubEnv('GITHUB_TOKEN', 'worker-secret');
    const { logTail } = await run('env', { env: { MINE: 'yes' } });
    const names = logTail.split('\n').map((line) => line.split('=')[0]);
    expect(names).toContain('MINE');
    const shellsOwn = ['PWD', 'OLDPWD', 'SHLVL', '_'];
    const unexpected = names.filter(
      (name) => !['PATH', 'HOME', 'MINE', ...shellsOwn].includes(name!),
    );
    expect(unexpected).toEqual([]);
  });

  it('masks secrets in the log, but not every 1', async () => {
    const result = await run('echo "$TOKEN of $N"', {
      env: { TOKEN: 's3cr3t-value', N: '1' },
      secrets: ['s3cr3t-value', '1'],
    });
    expect(result.logTail).toBe('*** of 1');
  });

  it('keeps the last 4,000 characters, without colours and zero bytes', async () => {
    const result = await run(
      'i=0; while [ $i -lt 3000 ]; do echo "line number $i é"; i=$((i+1)); done; printf "\\033[31mred\\033[0m\\000end"',
    );
    expect(result.logTail).toHaveLength(4_000);
    expect(result.logTail.endsWith('line number 2999 é\nredend')).toBe(true);
  });

  it('says which signal ended the command', async () => {
    expect(await run('kill -s USR1 $$')).toMatchObject({ exitCode: null, endedBy: 'SIGUSR1' });
  });

  it.each([[['no-such-program-here']], ['no-such-program-here'], [['/etc/passwd']]] as [
    CommandRun['command'],
  ][])('cannot run %j', async (command) => {
    await expect(run(command)).rejects.toMatchObject({
      code: 'settings_invalid',
      message: expect.stringMatching(/could not be run: .*(not found|denied)/),
    });
  });

  it('says that the folder is missing, not the program', async () => {
    await expect(run('true', { cwd: join(folder, 'nowhere') })).rejects.toMatchObject({
      code: 'settings_invalid',
      message: expect.stringContaining(`there is no folder ${folder}/nowhere`),
    });
  });

  it('kills the whole family when the time is over', async () => {
    const result = run('echo $$ > timeout; sleep 300 & echo $! >> timeout; wait', {
      timeoutMs: 500,
    });
    const pids = await readPids('timeout', 2);
    expect(await result).toMatchObject({ timedOut: true, exitCode: null });
    await expectGone(pids);
  });

  it('kills what does not listen to SIGTERM', async () => {
    const controller = new AbortController();
    const script = 'trap "" TERM; echo $$ > deaf; while true; do sleep 0.1; done';
    const result = run(script, {}, controller.signal);
    const pids = await readPids('deaf', 1);
    controller.abort(new Error('not wanted'));
    await expect(result).rejects.toThrow('not wanted');
    await expectGone(pids);
  });

  it('lets a command that listens to SIGTERM say goodbye', async () => {
    const script = 'trap "echo goodbye; exit 4" TERM; echo $$ > polite; sleep 300 & wait';
    expect(await run(script, { timeoutMs: 500 })).toMatchObject({
      timedOut: true,
      logTail: 'goodbye',
    });
  });

  it('ends what the command left in the background', async () => {
    const result = await run('sleep 300 & echo $! > left; echo done');
    expect(result).toMatchObject({ exitCode: 0, logTail: 'done' });
    await expectGone(await readPids('left', 1));
  });

  it('does not wait for a process that left its group and holds the output', async () => {
    const result = await run('setsid sleep 20 & echo $! > away; sleep 0.2; echo done');
    const pids = await readPids('away', 1);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    expect(result).toMatchObject({ exitCode: 0, logTail: 'done' });
  });

  it('does not start when it is cancelled already', async () => {
    const never = run('touch never', {}, AbortSignal.abort(new Error('too late')));
    await expect(never).rejects.toThrow('too late');
    await expect(readFile(join(folder, 'never'))).rejects.toThrow('ENOENT');
  });

  it('dies with the worker, even when that is killed', async () => {
    const command = guarded('echo $$ > orphan; sleep 300 & echo $! >> orphan; wait');
    const worker = spawn(
      process.execPath,
      [
        '-e',
        `const [file, ...argv] = ${JSON.stringify(command)};
        const stdio = ['ignore', 'ignore', 'ignore', 'pipe'];
        require('node:child_process').spawn(file, argv, { detached: true, stdio });
        setInterval(() => {}, 1000);`,
      ],
      { cwd: folder, stdio: 'ignore' },
    );
    const pids = await readPids('orphan', 2);
    expect(pids.filter(isAlive)).toEqual(pids);
    const exited = once(worker, 'exit');
    worker.kill('SIGKILL');
    await exited;
    await expectGone(pids);
  });
});
