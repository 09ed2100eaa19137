import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Version } from '../../../domain/release.ts';
import { describeTarget } from '../../../test/contracts/target.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { targets } from '../index.ts';
import { processTarget, stopAll } from './index.ts';
import { logFile, processFile, versionFolder } from './store.ts';

const site = { application: 'shop', environment: 'eu' };
const sample = resolve('test/support/sample-version.mjs');
const digest = createHash('sha256').update(readFileSync(sample)).digest('hex');

/** The behaviour comes along as the configuration of the version. */
function aVersion(name: string, behaviour: string): Version {
  return { name, artifact: `${sample}@sha256:${digest}`, config: behaviour };
}

function settingsFor(starts: string): Record<string, unknown> {
  return {
    command: [process.execPath, '{{artifact}}', '{{config}}', starts],
    env: { GREETING: 'hello {{application}} {{environment}} {{version}} {{port}}' },
    ready: { path: '/ready', timeout: '4s' },
    stopGrace: 2,
  };
}

function check(settings: Record<string, unknown>): void {
  targets.check({ vendor: 'process', settings });
}

function open(directory: string, settings: Record<string, unknown> = {}) {
  const all = { ...settingsFor(join(directory, 'starts')), ...settings };
  const connection = { directory, env: { SECRET: 'from the connection' } };
  return processTarget.create(
    processTarget.settings.parse(all),
    processTarget.connection.parse(connection),
  );
}

/** The dead that nobody has reaped yet do not live. */
function lives(pid: number): boolean {
  const listed = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  const state = listed.stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

async function ask(url: string) {
  const answer = await fetch(url);
  return (await answer.json()) as { pid: number; env: Record<string, string>; argv: string[] };
}

describeTarget('process', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'crescendo-target-'));
  return {
    open: () => open(directory),
    version: aVersion,
    missing: (name) => ({ name, artifact: './no/such/file.mjs' }),
    mismatched: (name) => ({ name, artifact: `${sample}@sha256:${'0'.repeat(64)}` }),
    async kill(at, version) {
      const file = processFile(versionFolder(directory, at, version));
      const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGKILL');
      await expect.poll(() => lives(pid)).toBe(false);
    },
    incarnation: async (url) => String((await ask(url)).pid),
    async stop() {
      await stopAll(directory);
      rmSync(directory, { recursive: true, force: true });
    },
  };
});

describe('providers/targets/process/index', () => {
  let directory: string;
  const folder = (version: string) => versionFolder(directory, site, version);
  /** Process ids of everything that was ever started here. */
  const started = () => {
    const file = join(directory, 'starts');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'crescendo-target-'));
  });
  afterEach(async () => {
    await stopAll(directory);
    const left = started().filter(lives);
    rmSync(directory, { recursive: true, force: true });
    expect(left).toEqual([]);
  });

  it('runs the command with its placeholders, and without the environment of the worker', async () => {
    process.env['CRESCENDO_TEST_TOKEN'] = 'secret of the worker';
    const { endpoint } = await open(directory).deploy(site, aVersion('1.0.0', 'good'), aContext());
    delete process.env['CRESCENDO_TEST_TOKEN'];
    const { env, argv } = await ask(endpoint.url);
    const port = new URL(endpoint.url).port;
    expect(argv.slice(1)).toEqual([sample, 'good', join(directory, 'starts')]);
    expect(env).toMatchObject({
      GREETING: `hello shop eu 1.0.0 ${port}`,
      SECRET: 'from the connection',
      PORT: port,
      CRESCENDO_APPLICATION: 'shop',
      CRESCENDO_ENVIRONMENT: 'eu',
      CRESCENDO_VERSION: '1.0.0',
      PATH: process.env['PATH'],
    });
    expect(env).not.toHaveProperty('CRESCENDO_TEST_TOKEN');
  });

  it('shows the last 20 lines of a version that exits, and ends what it left behind', async () => {
    const call = open(directory).deploy(site, aVersion('1.0.0', 'leaves-a-child'), aContext());
    const error: Error = await call.then(
      () => new Error('it was deployed'),
      (reason: Error) => reason,
    );
    expect(error.message).toMatch(/^1\.0\.0 exited with code 3 before it was ready/);
    const lines = error.message.split('\n').slice(1);
    expect(lines).toHaveLength(20);
    expect(lines[0]).toBe('line 12');
    expect(lines.at(-1)).toBe('boom: no database');
    expect(started()).toHaveLength(2);
    await expect.poll(() => started().filter(lives)).toEqual([]);
    expect(existsSync(folder('1.0.0'))).toBe(false);
  });

  it.each([
    ['a program that does not exist', { command: ['no-such-program'] }, /code 127[^]*not found/],
    ['a directory that does not exist', { cwd: '/no/such/directory' }, /could not be started/],
  ])('reports %s', async (_case, settings, message) => {
    const call = open(directory, settings).deploy(site, aVersion('1.0.0', 'good'), aContext());
    await expect(call).rejects.toMatchObject({
      code: 'version_not_ready',
      message: expect.stringMatching(message),
    });
    expect(existsSync(folder('1.0.0'))).toBe(false);
  });

  it('refuses to pass off what runs as another artefact', async () => {
    const target = open(directory);
    await target.deploy(site, aVersion('1.0.0', 'good'), aContext());
    const other = { ...aVersion('1.0.0', 'good'), artifact: './other.mjs' };
    await expect(target.deploy(site, other, aContext())).rejects.toMatchObject({
      code: 'artifact_mismatch',
    });
  });

  it('keeps a version that was ready once, even when it is not ready now', async () => {
    const target = open(directory, { ready: { timeout: 1 } });
    const { endpoint } = await target.deploy(site, aVersion('1.0.0', 'good'), aContext());
    const { pid } = await ask(endpoint.url);
    process.kill(pid, 'SIGSTOP');
    const again = target.deploy(site, aVersion('1.0.0', 'good'), aContext());
    await expect(again).rejects.toMatchObject({ code: 'version_not_ready' });
    process.kill(pid, 'SIGCONT');
    expect((await ask(endpoint.url)).pid).toBe(pid);
  });

  it('starts a dead version on the port it had', async () => {
    const target = open(directory);
    const before = await target.deploy(site, aVersion('1.0.0', 'good'), aContext());
    process.kill((await ask(before.endpoint.url)).pid, 'SIGKILL');
    await expect.poll(() => started().filter(lives)).toEqual([]);
    expect(await target.deploy(site, aVersion('1.0.0', 'good'), aContext())).toEqual(before);
  });

  it('ends a version that does not want to end', async () => {
    const target = open(directory, { stopGrace: '500ms' });
    await target.deploy(site, aVersion('1.0.0', 'stubborn'), aContext());
    expect(started().filter(lives)).toHaveLength(1);
    await target.retire(site, '1.0.0', aContext());
    expect(started().filter(lives)).toEqual([]);
  });

  it('never takes another process for its own, nor ends it', async () => {
    const target = open(directory);
    const { endpoint } = await target.deploy(site, aVersion('1.0.0', 'good'), aContext());
    const { pid } = await ask(endpoint.url);
    const text = readFileSync(processFile(folder('1.0.0')), 'utf8');
    process.kill(pid, 'SIGKILL');
    const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    await once(stranger, 'spawn');
    writeFileSync(processFile(folder('1.0.0')), text.replace(/^\d+/, String(stranger.pid)));
    expect(await target.running(site, aContext())).toMatchObject([
      { version: '1.0.0', ready: false, detail: 'its process has ended' },
    ]);
    await target.retire(site, '1.0.0', aContext());
    expect(lives(stranger.pid!)).toBe(true);
    stranger.kill('SIGKILL');
  });

  it('begins the log of a version anew with every start', async () => {
    mkdirSync(folder('1.0.0'), { recursive: true });
    writeFileSync(logFile(folder('1.0.0')), 'from an earlier start');
    const call = open(directory).deploy(site, aVersion('1.0.0', 'exits'), aContext());
    await expect(call).rejects.not.toThrow('from an earlier start');
  });

  it('is on the shelf and refuses settings that cannot work', () => {
    expect(targets.names).toContain('process');
    expect(() => check({ command: [], ready: { path: 'health' } })).toThrow(
      /command: .*; ready.path: must start with/,
    );
    expect(() => check({ command: ['app', '{{prot}}'] })).toThrow(
      /command.1: \{\{prot\}\} stands for nothing/,
    );
  });

  describe('when its worker is killed', () => {
    const compiled = resolve(`node_modules/.cache/crescendo-target-spec-${process.pid}`);
    let worker: ChildProcess | undefined;

    beforeAll(() => {
      mkdirSync(compiled, { recursive: true });
      const config = {
        extends: resolve('tsconfig.json'),
        compilerOptions: {
          noEmit: false,
          outDir: compiled,
          rootDir: resolve('.'),
          types: ['node'],
        },
        files: [resolve('providers/targets/process/index.ts')],
        include: [],
      };
      writeFileSync(join(compiled, 'tsconfig.json'), JSON.stringify(config));
      writeFileSync(join(compiled, 'package.json'), '{ "type": "module" }');
      execFileSync('node_modules/.bin/tsc', ['-p', compiled]);
      writeFileSync(
        join(compiled, 'worker.js'),
        `import { processTarget as target } from './providers/targets/process/index.js';
        const [settings, connection, site, version] = JSON.parse(process.argv[2]);
        const context = { signal: new AbortController().signal, progress: console.log };
        const opened = target.create(target.settings.parse(settings), connection);
        console.log('ready to deploy');
        await opened.deploy(site, version, context);
        console.log('deployed');
        setInterval(() => {}, 1000);`,
      );
    });
    afterEach(() => void worker?.kill('SIGKILL'));
    afterAll(() => rmSync(compiled, { recursive: true, force: true }));

    /** A worker in a process of its own, deploying; `printed` resolves once it says so. */
    function startWorker(version: Version) {
      const settings = settingsFor(join(directory, 'starts'));
      const input = JSON.stringify([settings, { directory, env: {} }, site, version]);
      const child = spawn(process.execPath, [join(compiled, 'worker.js'), input]);
      worker = child;
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const printed = (text: string) =>
        expect.poll(() => output, { timeout: 10_000 }).toContain(text);
      const kill = async () => {
        child.kill('SIGKILL');
        await once(child, 'exit');
      };
      return { printed, kill };
    }

    it('keeps its versions running, for another worker to find', async () => {
      const { printed, kill } = startWorker(aVersion('1.0.0', 'good'));
      await printed('deployed');
      await kill();
      const [found] = await open(directory).running(site, aContext());
      expect(found).toMatchObject({ version: '1.0.0', ready: true });
      expect([(await ask(found!.endpoint.url)).pid]).toEqual(started());
    });

    it('hands over what it had started half-way', async () => {
      const version = aVersion('1.0.0', 'slow-start');
      const { printed, kill } = startWorker(version);
      await printed('waiting for 1.0.0 to become ready');
      await kill();
      const { endpoint } = await open(directory).deploy(site, version, aContext());
      expect([(await ask(endpoint.url)).pid]).toEqual(started());
    });

    it.each([2, 10, 25])(
      'leaves one version running when it is killed %d ms after it began',
      async (delay) => {
        const version = aVersion('1.0.0', 'good');
        const { printed, kill } = startWorker(version);
        await printed('ready to deploy');
        await sleep(delay);
        await kill();
        const { endpoint } = await open(directory).deploy(site, version, aContext());
        expect(started().filter(lives)).toEqual([(await ask(endpoint.url)).pid]);
      },
    );
  });
});
