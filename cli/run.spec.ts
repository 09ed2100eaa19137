import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { actions } from '../domain/actions.ts';
import { problem, startPretendApi, type PretendApi } from '../test/support/pretend-api.ts';
import {
  at,
  inEnvironment,
  nowAt,
  passed,
  progressOf,
  release,
  rolledBack,
  shopPlan,
  startedIn,
  step,
  untilProduction,
} from '../test/support/recorded-release.ts';
import type { Io } from './io.ts';
import { run } from './run.ts';

const spec = `application: shop
environments:
  eu:
    target: { process: { command: ["./shop"] } }
    router: { envoy: {} }
production:
  waves: [{ environments: [eu] }]
`;

const version = ['--version', '1.2.0', '--artifact', './shop-1.2.0'];

function finished(version: string) {
  return { version, release: 1, outcome: 'finished', at: at(0) };
}

/** An application that rests or has a release under way. */
function lane(active: number | null) {
  return {
    body: {
      application: 'shop',
      revision: 4,
      spec: null,
      lane: {
        active: active === null ? null : { number: active, version: '1.2.0', since: at(0) },
        warm: false,
        queue: [],
      },
      ledger: {
        versions: {},
        environments: {
          eu: {
            live: '1.1.0',
            history: [{ version: '1.1.0', release: 2, outcome: 'finished', at: at(-20) }],
          },
        },
        quarantine: { '1.0.9': { reason: 'errors', release: 1, at: at(-80) } },
      },
    },
  };
}

describe('cli/run', () => {
  let api: PretendApi;
  let folder: string;
  beforeAll(async () => {
    vi.stubEnv('TZ', 'UTC');
    folder = await mkdtemp(join(tmpdir(), 'crescendo-cli-'));
    await writeFile(join(folder, 'shop.yaml'), spec);
    await writeFile(join(folder, 'bad.yaml'), spec.replace('eu]', 'moon]'));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => (api = await startPretendApi()));
  afterEach(() => api.close());

  interface Extra {
    env?: Record<string, string>;
    stdin?: string;
    answer?: string;
    terminal?: boolean;
    onInterrupt?: Io['onInterrupt'];
  }

  /** Runs a command line against the API, with what it wrote. */
  async function crescendo(args: string[], extra: Extra = {}) {
    const written = { out: '', err: '', questions: [] as string[] };
    const env = {
      CRESCENDO_SERVER: api.url,
      CRESCENDO_CONFIG: join(folder, 'none.json'),
      ...extra.env,
    };
    const io: Io = {
      stdout: {
        isTTY: extra.terminal,
        columns: extra.terminal ? 80 : undefined,
        rows: extra.terminal ? 40 : undefined,
        write: (text) => (written.out += text),
      },
      stderr: { write: (text) => (written.err += text) },
      env,
      user: 'jane',
      now: () => nowAt(100),
      stdin: Readable.from([extra.stdin ?? '']),
      readStdin: async () => extra.stdin ?? '',
      ask:
        extra.answer === undefined
          ? null
          : async (question) => {
              written.questions.push(question);
              return extra.answer ?? '';
            },
      onInterrupt: extra.onInterrupt ?? (() => () => {}),
    };
    const exit = await run(args, io);
    return { exit, ...written };
  }

  /** Whether all is stopped is asked beside everything else. */
  const wanted = () => api.requests.filter(({ path }) => path !== '/api/v1/estate');
  const asked = () => wanted().map(({ method, path }) => `${method} ${path}`);
  const bodies = () =>
    wanted().map(({ body }) => (body === '' ? null : (JSON.parse(body) as unknown)));
  const colored = async (args: string[], env = {}, terminal = false) =>
    (await crescendo(['get', 'shop', ...args], { env, terminal })).out.includes('\u001B[');
  const accepted = (name: string) =>
    api.on(`POST /api/v1/releases/shop:3/${name}`, { body: progressOf(untilProduction()) });

  describe('help and use', () => {
    it('shows all commands and the exit codes', async () => {
      const { exit, out, err } = await crescendo([]);
      expect([exit, err]).toEqual([0, '']);
      for (const name of ['up', 'demo', 'release', 'watch', ...actions])
        expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
      expect(out).toContain('7  server or worker unreachable');
      expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    });

    it('tells its own version, which a release names otherwise', async () => {
      const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
      expect(await crescendo(['--version'])).toMatchObject({ exit: 0, out: `${version}\n` });
    });

    it.each([
      ['an unknown command', ['relase', 'shop'], 'Did you mean release?'],
      ['a missing option', ['release', 'shop', '--version', '1'], "required option '--artifact"],
      ['an unknown option', ['list', '--al'], "unknown option '--al'"],
      ['too many arguments', ['get', 'shop', 'shop'], 'too many arguments'],
      ['a bad number', ['list', '--limit', '1e9'], 'whole number from 1 to 200'],
      ['a bad duration', ['watch', 'shop:3', '--timeout', 'soon'], 'Write a duration'],
      ['a duration no timer knows', ['watch', 'shop:3', '--timeout', '60d'], 'too long'],
      ['a bad format', ['list', '-o', 'xml'], 'Allowed choices'],
      [
        'a name that is neither',
        ['get', 'Shop:x'],
        'neither a release (shop:7) nor an application',
      ],
      ['a bad address', ['list', '--server', 'localhost:8080'], 'is no server address'],
      ['a missing file', ['apply', '-f', '/nowhere/shop.yaml'], 'ENOENT'],
    ])(
      'refuses %s with exit code 2, asks nothing, and says what to run',
      async (_what, args, words) => {
        const { exit, out, err } = await crescendo(args);
        expect([exit, out]).toEqual([2, '']);
        expect(err).toContain(words);
        expect(err.trim().split('\n').length).toBeGreaterThan(1);
        expect(asked()).toEqual([]);
      },
    );

    it('takes connection options before and after the command', async () => {
      api.on('GET /api/v1/applications', { body: { items: [] } });
      const env = { CRESCENDO_SERVER: 'http://127.0.0.1:1' };
      expect(await crescendo(['--server', api.url, 'list'], { env })).toMatchObject({ exit: 0 });
      expect(await crescendo(['list', '--server', api.url], { env })).toMatchObject({ exit: 0 });
      expect(asked()).toHaveLength(2);
    });
  });

  describe('errors', () => {
    it.each([
      [401, 'unauthenticated', 4],
      [404, 'release_unknown', 5],
      [503, 'no_worker', 7],
    ])('ends with the code for %i', async (status, code, exit) => {
      api.on(
        'GET /api/v1/releases/shop:3',
        problem(status, code, 'what happened', { advice: 'what helps' }),
      );
      const { err, out, exit: seen } = await crescendo(['get', 'shop:3']);
      expect([seen, out]).toEqual([exit, '']);
      expect(err).toMatch(/^error: what happened\n.+\n$/);
    });

    it('speaks JSON on standard error when JSON was asked for', async () => {
      api.on('GET /api/v1/releases/shop:3', problem(404, 'release_unknown', 'no shop:3'));
      for (const format of [['-o', 'json'], ['-ojson'], ['--output=json']]) {
        const { out, err } = await crescendo(['get', 'shop:3', ...format]);
        expect(out).toBe('');
        expect(JSON.parse(err)).toMatchObject({
          error: { code: 'release_unknown', exit: 5, message: 'no shop:3' },
        });
      }
    });

    it('does not let a server write to the terminal', async () => {
      api.on('GET /api/v1/releases/shop:3', problem(404, 'release_unknown', 'no\u001B[2J such'));
      expect((await crescendo(['get', 'shop:3'])).err).toContain('error: no such\n');
    });

    it('colours only on a terminal or when told to', async () => {
      api.on('GET /api/v1/applications/shop', lane(3));
      expect(await colored([])).toBe(false);
      expect(await colored([], {}, true)).toBe(true);
      expect(await colored([], { NO_COLOR: '1' }, true)).toBe(false);
      expect(await colored([], { TERM: 'dumb' }, true)).toBe(false);
      expect(await colored(['--color', 'never'], {}, true)).toBe(false);
      expect(await colored(['--color', 'always'], { NO_COLOR: '1' })).toBe(true);
    });
  });

  describe('apply and validate', () => {
    it('applies a file as it is', async () => {
      api.on('PUT /api/v1/applications/shop', {
        body: { application: 'shop', revision: 4, changed: true, warnings: ['mind the gap'] },
      });
      const { exit, out, err } = await crescendo(['apply', '-f', join(folder, 'shop.yaml')]);
      expect([exit, out, err]).toEqual([
        0,
        'shop: revision 4, applied\n',
        'warning: mind the gap\n',
      ]);
      expect(api.requests[0]).toMatchObject({ body: spec });
      expect(api.requests[0]?.headers['content-type']).toBe('application/yaml');
    });

    it('reads standard input', async () => {
      api.on('PUT /api/v1/applications/shop', {
        body: { application: 'shop', revision: 4, changed: false, warnings: [] },
      });
      const { out } = await crescendo(['apply', '-f', '-', '-o', 'json'], { stdin: spec });
      expect(JSON.parse(out)).toMatchObject({ revision: 4, changed: false });
    });

    it("shows the server's findings as lines of the file", async () => {
      const errors = [{ path: 'production.waves', message: 'is empty', line: 7, column: 3 }];
      api.on(
        'PUT /api/v1/applications/shop',
        problem(422, 'spec_invalid', 'not valid', { errors }),
      );
      const path = join(folder, 'shop.yaml');
      const { exit, err } = await crescendo(['apply', '-f', path]);
      expect(exit).toBe(2);
      expect(err).toContain(`${path}:7:3  production.waves  is empty`);
      expect(err).toContain(`crescendo validate ${path}`);
    });

    it.each([
      ['a file that names no application', 'environments: {}\n', 'names no application'],
      ['a file that is no YAML', 'a: [\n', '<stdin>:'],
    ])('asks nothing for %s', async (_what, stdin, words) => {
      const { exit, err } = await crescendo(['apply', '-f', '-'], { stdin });
      expect(exit).toBe(2);
      expect(err).toContain(words);
      expect(asked()).toEqual([]);
    });

    it('validates without a server, every file', async () => {
      const [good, bad] = [join(folder, 'shop.yaml'), join(folder, 'bad.yaml')];
      expect(await crescendo(['validate', good])).toMatchObject({
        exit: 0,
        out: `${good}: valid (application shop)\n`,
      });
      const { exit, out } = await crescendo(['validate', bad, good]);
      expect(exit).toBe(2);
      expect(out).toMatch(
        /bad\.yaml:7:\d+ {2}production\.waves\[?\.?0.*no environment is called "moon"/,
      );
      expect(out).toContain(`${good}: valid`);
      const json = await crescendo(['validate', bad, '-', '-o', 'json'], { stdin: spec });
      expect(JSON.parse(json.out)).toMatchObject({
        valid: false,
        files: [{ valid: false }, { valid: true, file: '<stdin>' }],
      });
      expect(asked()).toEqual([]);
    });
  });

  describe('plan and release', () => {
    it('shows the plan and says that nothing was started', async () => {
      const plan = { ...shopPlan(), warnings: ['the version names no commit'] };
      api.on('POST /api/v1/applications/shop/plan', { body: { plan } });
      const { exit, out, err } = await crescendo(['plan', 'shop', ...version]);
      expect(exit).toBe(0);
      expect(out.split('\n')).toEqual([
        'shop 1.2.0   ./shop-1.2.0',
        '',
        'verify      command',
        'staging     staging: 1.2.0, from 1.1.0; a rollback goes to 1.1.0',
        '            tests: smoke',
        'wave 1      eu: 1.2.0, from 1.1.0; a rollback goes to 1.1.0',
        '            1 %, 5 %, 25 %, 50 %, 100 %; each baked 10 s to 20 s',
        '            judged by errors, latency',
        '            before every step 1.1.0 has to be ready',
        'gate        2 approvals within 4 h, else rejected',
        'wave 2      us: 1.2.0, from 1.1.0; a rollback goes to 1.1.0',
        '            1 %, 5 %, 25 %, 50 %, 100 %; each baked 10 s to 20 s',
        '            judged by errors, latency',
        '            before every step 1.1.0 has to be ready',
        '            ap: 1.2.0, from 1.1.0; a rollback goes to 1.1.0',
        '            1 %, 5 %, 25 %, 50 %, 100 %; each baked 10 s to 20 s',
        '            judged by errors, latency',
        '            before every step 1.1.0 has to be ready',
        '',
        'baking      1 min 40 s to 3 min 20 s in all, by how soon the evidence is clear',
        'back        a wave that halts takes the whole release back, the last wave first, staging last',
        '⚠ warning   the version names no commit',
        '',
      ]);
      expect(err).toContain('Nothing was started');
      expect(bodies()).toEqual([{ version: { name: '1.2.0', artifact: './shop-1.2.0' } }]);
    });

    it('shows what a freeze would change', async () => {
      const ahead = (day: string) => ({
        calendar: [],
        estimate: { earliest: `${day}T09:10:00Z`, likely: `${day}T12:00:00Z`, latest: null },
      });
      const answer = { plan: shopPlan(), ...ahead('2026-11-26'), withFreeze: ahead('2026-12-01') };
      api.on('POST /api/v1/applications/shop/plan', { body: answer });
      const freeze = ['--with-freeze', '2026-11-26/2026-11-30'];
      const { out } = await crescendo(['plan', 'shop', ...version, ...freeze]);
      expect(out).toContain(
        'finish      earliest 2026-11-26 09:10, likely 2026-11-26 12:00, latest not in sight',
      );
      expect(out).toMatch(/with the freeze\nfinish +earliest 2026-12-01 09:10/);
      expect(JSON.parse(api.requests[0]!.body)).toMatchObject({
        withFreeze: { from: '2026-11-26', to: '2026-11-30' },
      });
      const wrong = await crescendo(['plan', 'shop', ...version, '--with-freeze', 'Christmas']);
      expect(wrong).toMatchObject({ exit: 2 });
    });

    it('lists every reason why there is no plan', async () => {
      const errors = [
        { path: '', message: 'eu: nothing to go back to' },
        { path: '', message: 'us: too fine' },
      ];
      api.on(
        'POST /api/v1/applications/shop/plan',
        problem(422, 'plan_refused', 'cannot be planned', { errors }),
      );
      const { exit, err } = await crescendo(['plan', 'shop', ...version]);
      expect(exit).toBe(6);
      expect(err).toContain('  eu: nothing to go back to\n  us: too fine\n');
    });

    it('releases with everything it was given', async () => {
      api.on('POST /api/v1/applications/shop/releases', {
        status: 202,
        body: { id: 'shop:3', application: 'shop', number: 3, ahead: 1, repeated: false },
      });
      const more = [
        '--commit',
        'a'.repeat(40),
        '--repository',
        'acme/shop',
        '--config',
        'c1',
        '--reason',
        'sale',
        '--idempotency-key',
        'build-7',
      ];
      const { exit, out, err } = await crescendo(['release', 'shop', ...version, ...more]);
      expect([exit, out, err]).toEqual([
        0,
        'shop:3   queued behind 1 release\n',
        'Watch it: crescendo watch shop:3\n',
      ]);
      expect(bodies()).toEqual([
        {
          version: {
            name: '1.2.0',
            artifact: './shop-1.2.0',
            commit: 'a'.repeat(40),
            repository: 'acme/shop',
            config: 'c1',
          },
          reason: 'sale',
        },
      ]);
      expect(api.requests[0]?.headers).toMatchObject({
        'idempotency-key': 'build-7',
        'x-crescendo-actor': 'jane',
        'x-crescendo-channel': 'cli',
      });
    });

    it('applies the file first, and only that of the same application', async () => {
      api.on('PUT /api/v1/applications/shop', {
        body: { application: 'shop', revision: 4, changed: true, warnings: [] },
      });
      api.on('POST /api/v1/applications/shop/releases', {
        status: 202,
        body: { id: 'shop:3', application: 'shop', number: 3, ahead: 0, repeated: false },
      });
      const file = ['-f', join(folder, 'shop.yaml')];
      expect(await crescendo(['release', 'shop', ...version, ...file])).toMatchObject({
        exit: 0,
        out: 'shop:3   started\n',
      });
      expect(asked()).toEqual([
        'PUT /api/v1/applications/shop',
        'POST /api/v1/applications/shop/releases',
      ]);
      expect(await crescendo(['release', 'other', ...version, ...file])).toMatchObject({ exit: 2 });
      expect(asked()).toHaveLength(2);
    });

    it('watches to the end, one JSON document a line', async () => {
      api.on('POST /api/v1/applications/shop/releases', {
        status: 202,
        body: { id: 'shop:3', application: 'shop', number: 3, ahead: 0, repeated: false },
      });
      api.record(...rolledBack());
      const { exit, out } = await crescendo([
        'release',
        'shop',
        ...version,
        '--watch',
        '-o',
        'json',
      ]);
      expect(exit).toBe(1);
      const lines = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { id?: string; position?: number });
      expect(lines[0]?.id).toBe('shop:3');
      expect(lines.slice(1).map(({ position }) => position)).toEqual(
        rolledBack().map((_event, index) => index + 1),
      );
    });
  });

  describe('list, get and status', () => {
    it('lists applications', async () => {
      const items = [
        {
          application: 'shop',
          revision: 4,
          active: 'shop:3',
          queue: ['shop:4'],
          environments: { eu: '1.1.0', us: null },
        },
        { application: 'blog', revision: 1, active: null, queue: [], environments: {} },
      ];
      api.on('GET /api/v1/applications', { body: { items } });
      expect((await crescendo(['list'])).out.split('\n')).toEqual([
        'application   release    queue    live',
        'shop          ● shop:3   shop:4   eu 1.1.0, us none',
        'blog          idle       -        -',
        '',
      ]);
      expect(JSON.parse((await crescendo(['list', '-o', 'json'])).out)).toEqual({ items });
    });

    it('lists releases, and where the list goes on', async () => {
      const item = {
        id: 'shop:3',
        application: 'shop',
        number: 3,
        version: '1.2.0',
        initiator: 'jane',
        stage: 'production',
        outcome: null,
        sentence: null,
        submittedAt: at(0),
        endedAt: null,
      };
      const items = [
        item,
        {
          ...item,
          id: 'shop:2',
          version: '1.1.0',
          stage: 'ended',
          outcome: 'rolled_back',
          sentence: 'errors',
          submittedAt: at(-3600),
          endedAt: at(-3540),
        },
      ];
      api.on('GET /api/v1/applications/shop', lane(3));
      api.on('GET /api/v1/releases', { body: { items, cursor: 'c2' } });
      const { out, err } = await crescendo(['list', 'shop', '--active', '--limit', '2']);
      expect(out.split('\n')).toEqual([
        'release   version   state           took    submitted        by     what happened',
        'shop:3    1.2.0     ● production    01:40   1 min 40 s ago   jane   -',
        'shop:2    1.1.0     ↩ rolled back   01:00   1 h 1 min ago    jane   errors',
        '',
      ]);
      expect(err).toBe('There are more: add --cursor c2\n');
      expect(api.requests.at(-1)?.query.toString()).toBe('application=shop&active=true&limit=2');
    });

    it('does not take an unknown application for an empty list', async () => {
      expect(await crescendo(['list', 'shp'])).toMatchObject({ exit: 5, out: '' });
    });

    it('shows a release with its links', async () => {
      const links = {
        self: '/api/v1/releases/shop:3',
        temporal: 'http://ui.test/shop',
        console: null,
      };
      api.on('GET /api/v1/releases/shop:3', {
        body: { ...progressOf(rolledBack()), allowedActions: [], links },
      });
      const { exit, out } = await crescendo(['get', 'shop:3']);
      expect(exit).toBe(0);
      expect(out).toContain('shop 1.2.0   release shop:3   ↩ rolled back   00:44');
      expect(out).toMatch(/\n\ntemporal {2}http:\/\/ui\.test\/shop\n$/);
    });

    it('shows an application', async () => {
      api.on('GET /api/v1/applications/shop', lane(3));
      expect((await crescendo(['get', 'shop'])).out.split('\n')).toEqual([
        'shop   specification revision 4   ● release shop:3 of 1.2.0',
        '',
        'environment   live    last',
        'eu            1.1.0   1.1.0 finished 2 min ago',
        '',
        '⚠ 1.0.9 is quarantined (3 min ago): errors',
        '',
      ]);
    });

    it('says which part of the server is missing', async () => {
      const checks = {
        temporal: { ok: true, detail: 'answered' },
        worker: { ok: false, detail: 'nobody polls "crescendo"' },
      };
      api.on('GET /readyz', { status: 503, body: { ready: false, checks } });
      const { exit, out } = await crescendo(['status']);
      expect(exit).toBe(7);
      expect(out).toContain('worker       ✖ not ready   nobody polls "crescendo"');
      api.on('GET /readyz', { body: { ready: true, checks: {} } });
      expect(await crescendo(['status'])).toMatchObject({ exit: 0 });
    });
  });

  describe('watch', () => {
    const succeeded = release(90, {
      type: 'release.ended',
      outcome: 'succeeded',
      sentence: 'all environments are at 100 %',
    });

    it('writes one line per change where there is no terminal', async () => {
      api.record(...rolledBack());
      const { exit, out, err } = await crescendo(['watch', 'shop:3']);
      expect(exit).toBe(1);
      expect(out.trim().split('\n')).toHaveLength(rolledBack().length);
      expect(out).not.toContain('\u001B');
      expect(err).toContain('shop:3 ended rolled back. What is live now: crescendo get shop');
    });

    it('is content when the release is', async () => {
      api.record(...untilProduction(), succeeded);
      expect(await crescendo(['watch', 'shop:3', '-o', 'jsonl'])).toMatchObject({
        exit: 0,
        err: '',
      });
    });

    it('stays with a rollback that is late until it has been verified', async () => {
      const sentence = 'the rollback of eu is not verified yet';
      const shares = [{ version: '1.1.0', weight: 100 }];
      const events = rolledBack().slice(0, -6);
      const late = inEnvironment('eu', 90, { type: 'rollback.delayed', sentence, attempts: 1 });
      const verified = inEnvironment('eu', 95, { type: 'rollback.verified', to: '1.1.0', shares });
      const over = release(96, { type: 'release.ended', outcome: 'rolled_back', sentence: 'back' });
      api.record(...events, late, verified, over);
      const { exit, out } = await crescendo(['watch', 'shop:3']);
      expect(exit).toBe(1);
      expect(
        out
          .trim()
          .split('\n')
          .slice(-2)
          .map((line) => line.slice(22)),
      ).toEqual(['eu: rollback verified: all traffic on 1.1.0', 'rolled back: back']);
    });

    it('finds the active release of an application', async () => {
      api.on('GET /api/v1/applications/shop', lane(3));
      api.record(...untilProduction(), succeeded);
      expect(await crescendo(['watch', 'shop'])).toMatchObject({ exit: 0 });
      expect(asked()).toEqual([
        'GET /api/v1/applications/shop',
        'GET /api/v1/releases/shop:3/events',
      ]);
    });

    it('redraws on a terminal, with the measurements of now', async () => {
      const evidence = [
        {
          metric: 'errors',
          finding: 'ok',
          canary: 0.0042,
          stable: 0.001,
          bound: 0.01,
          requests: 99,
          sentence: '',
        },
      ];
      const item = {
        application: 'shop',
        release: 3,
        environment: 'eu',
        bake: 'b',
        index: 0,
        at: at(12),
        weight: 1,
        evidence,
      };
      let looks = 0;
      api.on('GET /api/v1/releases/shop:3/measurements', () => {
        looks += 1;
        setTimeout(() => api.record(succeeded), 200);
        return { body: { items: [item] } };
      });
      api.record(...untilProduction(), ...startedIn('eu', 8), ...step('eu', 10, 1, 1));
      const { exit, out } = await crescendo(['watch', 'shop:3'], { terminal: true });
      expect([exit, looks]).toEqual([0, 1]);
      expect(out).toContain('0.42 %');
      expect(out).toContain('\u001B[?25l');
      expect(out.trimEnd().endsWith('\u001B[?25h')).toBe(true);
      expect(api.requests.at(-1)?.query.get('after')).toBe(at(10));
    });

    it('says on the screen that the connection is lost, and goes on', async () => {
      api.record(...untilProduction());
      const watching = crescendo(['watch', 'shop:3'], { terminal: true });
      await expect.poll(() => api.listeners()).toBe(1);
      api.cut(1);
      await expect.poll(() => api.listeners()).toBe(1);
      api.record(
        inEnvironment('eu', 20, {
          type: 'rollout.ended',
          version: '1.2.0',
          outcome: 'finished',
          live: '1.2.0',
          sentence: '',
        }),
        succeeded,
      );
      const { exit, out } = await watching;
      expect(exit).toBe(0);
      expect(out).toContain('connection lost');
      expect(out.slice(out.lastIndexOf('\u001B[?2026h'))).not.toContain('connection lost');
    });

    it('stops at 100 % when told to', async () => {
      const wait = { key: 'warm', for: 'x', since: at(60), until: at(660), then: 'y' };
      api.record(
        ...untilProduction(),
        ...step('eu', 10, 1, 100, passed),
        release(60, { type: 'release.warm', wait }),
      );
      expect(await crescendo(['watch', 'shop:3', '--until', 'warm'])).toMatchObject({
        exit: 0,
        err: '',
      });
    });

    it('times out with the release going on', async () => {
      api.record(...untilProduction());
      const { exit, err } = await crescendo(['watch', 'shop:3', '--timeout', '300ms']);
      expect(exit).toBe(3);
      expect(err).toContain('Timed out watching: the release goes on.');
      await expect.poll(() => api.listeners()).toBe(0);
    });

    it('says on Ctrl-C that the release goes on', async () => {
      api.record(...untilProduction());
      let removed = 0;
      const onInterrupt = (listener: () => void) => {
        setTimeout(listener, 200);
        return () => (removed += 1);
      };
      const { exit, err } = await crescendo(['watch', 'shop:3'], { onInterrupt });
      expect([exit, removed]).toEqual([130, 1]);
      expect(err).toContain(
        'Stopped watching: the release goes on. Look again with `crescendo watch shop:3`',
      );
    });

    it('ignores what a newer server tells', async () => {
      const strange = { type: 'release.teleported', at: at(2), environment: null };
      const stranger = { ...strange, environment: 'eu' };
      api.record(...untilProduction(), strange as never, stranger as never, succeeded);
      expect(await crescendo(['watch', 'shop:3'])).toMatchObject({ exit: 0, err: '' });
    });

    it('ends with the code of the refusal', async () => {
      api.cut(1);
      expect(await crescendo(['watch', 'shop:3'])).toMatchObject({ exit: 7, out: '' });
    });
  });

  describe('actions', () => {
    it.each(actions.map((name) => [name]))('%s is posted with its reason', async (name) => {
      accepted(name);
      const { exit, out } = await crescendo([
        name,
        'shop:3',
        '--reason',
        'because',
        ...(/rollback|abort|reject/.test(name) ? ['--yes'] : []),
      ]);
      expect([exit, out]).toEqual([0, `shop:3   ${name} accepted   ● production\n`]);
      expect(asked()).toEqual([`POST /api/v1/releases/shop:3/${name}`]);
      expect(bodies()).toEqual([{ reason: 'because' }]);
    });

    it('passes on where and how far', async () => {
      accepted('promote');
      await crescendo(['promote', 'shop:3', '--environment', 'eu', '--full', '--step', '3']);
      expect(bodies()).toEqual([{ environment: 'eu', full: true, step: 3 }]);
    });

    it('finds the active release of an application', async () => {
      api.on('GET /api/v1/applications/shop', lane(3));
      accepted('pause');
      expect(await crescendo(['pause', 'shop'])).toMatchObject({ exit: 0 });
      api.on('GET /api/v1/applications/shop', lane(null));
      const idle = await crescendo(['pause', 'shop']);
      expect(idle.exit).toBe(6);
      expect(idle.err).toContain('shop has no release under way\n`crescendo list shop`');
    });

    it('says why the release refuses', async () => {
      api.on(
        'POST /api/v1/releases/shop:3/resume',
        problem(409, 'action_refused', 'shop:3 is not paused'),
      );
      expect(await crescendo(['resume', 'shop:3'])).toMatchObject({ exit: 6, out: '' });
      api.on(
        'POST /api/v1/releases/shop:3/pause',
        problem(410, 'release_ended', 'shop:3 has ended'),
      );
      expect(await crescendo(['pause', 'shop:3'])).toMatchObject({ exit: 6, out: '' });
    });

    it.each(['rollback', 'abort', 'reject'])('%s is not done unasked', async (name) => {
      accepted(name);
      const { exit, err } = await crescendo([name, 'shop:3']);
      expect(exit).toBe(2);
      expect(err).toContain('--yes');
      expect(asked()).toEqual([]);
    });

    it.each([
      ['rollback', '', 0],
      ['rollback', 'y', 0],
      ['rollback', 'n', 6],
      ['abort', '', 6],
      ['abort', 'YES', 0],
      ['abort', 'perhaps', 6],
      ['reject', '', 6],
    ])('%s answered with "%s" ends with %i after one question', async (name, answer, code) => {
      accepted(name);
      const { exit, questions } = await crescendo([name, 'shop:3'], { answer });
      expect(exit).toBe(code);
      expect(questions).toHaveLength(1);
      expect(asked()).toHaveLength(code === 0 ? 1 : 0);
    });

    it('rolls an application at rest back with a release of its own', async () => {
      api.on('GET /api/v1/applications/shop', lane(null));
      api.on('POST /api/v1/applications/shop/rollback', {
        status: 202,
        body: { id: 'shop:4', application: 'shop', number: 4, ahead: 0, repeated: false },
      });
      const { exit, out } = await crescendo(['rollback', 'shop', '--reason', 'slow', '--yes']);
      expect([exit, out]).toEqual([0, 'shop:4   started\n']);
      expect(bodies().at(-1)).toEqual({ reason: 'slow' });
    });

    it('says which environments would go where before it asks', async () => {
      const state = lane(null).body;
      const environments = {
        staging: { live: '1.1.0', history: [] },
        eu: { live: '1.1.0', history: [finished('1.0.8'), finished('1.0.9'), finished('1.1.0')] },
        us: { live: '1.0.8', history: [finished('1.0.8')] },
      };
      const spec = { production: { waves: [{ environments: ['eu'] }, { environments: ['us'] }] } };
      const body = { ...state, spec, ledger: { ...state.ledger, environments } };
      api.on('GET /api/v1/applications/shop', { body });
      const { exit, questions } = await crescendo(['rollback', 'shop'], { answer: 'n' });
      expect([exit, questions]).toEqual([
        6,
        ['Return shop now: eu 1.1.0 to 1.0.8, us 1.0.8 to (no earlier good version)? [Y/n] '],
      ]);
      const named = await crescendo(['rollback', 'shop', '--to', '1.0.8'], { answer: 'n' });
      expect(named.questions).toEqual(['Return shop now: eu 1.1.0 to 1.0.8? [Y/n] ']);
      expect(asked().filter((request) => request.startsWith('POST'))).toEqual([]);
    });

    it('rolls an application under way back through its release', async () => {
      api.on('GET /api/v1/applications/shop', lane(3));
      accepted('rollback');
      expect(await crescendo(['rollback', 'shop', '--yes'])).toMatchObject({ exit: 0 });
      expect(asked().at(-1)).toBe('POST /api/v1/releases/shop:3/rollback');
    });

    it('returns to a named version whatever is under way', async () => {
      api.on('GET /api/v1/applications/shop', lane(3));
      api.on('POST /api/v1/applications/shop/rollback', {
        status: 202,
        body: { id: 'shop:4', application: 'shop', number: 4, ahead: 0, repeated: false },
      });
      await crescendo(['rollback', 'shop', '--to', '1.0.0', '--yes', '-o', 'json']);
      expect(bodies().at(-1)).toEqual({ to: '1.0.0' });
    });
  });

  describe('group', () => {
    const members = [
      { application: 'payments', version: '2.0.0', after: [], state: 'there', release: 7 },
      {
        application: 'web',
        version: '3.0.0',
        after: ['payments'],
        state: 'waiting',
        release: null,
      },
    ].map((member) => ({ ...member, outcome: null, sentence: null }));
    const progress = {
      group: 'checkout',
      by: { id: 'jane', channel: 'cli' },
      reason: null,
      startedAt: at(0),
      stage: 'forward',
      paused: false,
      members,
      cause: null,
      outcome: null,
      sentence: null,
      endedAt: null,
    };

    it('starts from a file and shows where each application is', async () => {
      api.on('POST /api/v1/groups', { status: 202, body: { ...progress, repeated: false } });
      const stdin = 'group: checkout\n';
      const { exit, out, err } = await crescendo(['group', 'release', '-f', '-'], { stdin });
      expect(exit).toBe(0);
      expect(out.split('\n')).toEqual([
        'checkout   ● under way',
        '',
        'application   version   state                  release      why',
        'payments      2.0.0     ✔ at 100 %             payments:7   -',
        'web           3.0.0     ◌ waits for payments   -            -',
        '',
      ]);
      expect(err).toContain('crescendo group get checkout');
      expect(api.requests[0]?.body).toBe(stdin);
    });

    it('names the lines of a file that is not valid', async () => {
      const errors = [{ path: 'applications.web.after.0', message: 'no', line: 7, column: 13 }];
      api.on('POST /api/v1/groups', problem(422, 'spec_invalid', 'not valid', { errors }));
      const { exit, err } = await crescendo(['group', 'release', '-f', '-'], { stdin: 'x' });
      expect(exit).toBe(2);
      expect(err).toContain('<stdin>:7:13  applications.web.after.0');
    });

    it('says by its exit code how it ended, and asks before it goes back', async () => {
      const ended = { ...progress, stage: 'ended', outcome: 'rolled_back', sentence: 'web: red' };
      api.on('GET /api/v1/groups/checkout', { body: ended });
      expect(await crescendo(['group', 'get', 'checkout'])).toMatchObject({ exit: 1 });
      api.on('POST /api/v1/groups/checkout/rollback', { body: progress });
      const no = await crescendo(['group', 'rollback', 'checkout'], { answer: 'n' });
      expect(no).toMatchObject({ exit: 6, questions: [expect.stringContaining('checkout back')] });
      const yes = ['group', 'rollback', 'checkout', '--yes', '--reason', 'totals'];
      expect(await crescendo(yes)).toMatchObject({ exit: 0 });
      expect(bodies().at(-1)).toEqual({ reason: 'totals' });
    });
  });

  it('lists groups', async () => {
    const members = [
      { state: 'there', outcome: null },
      { state: 'waiting', outcome: null },
    ];
    const open = { by: { id: 'jane', channel: 'cli' }, startedAt: at(0), paused: false };
    const more = { members, cause: null, outcome: null, sentence: null };
    const first = { group: 'checkout', stage: 'forward', ...open, ...more };
    const ended = { ...first, group: 'search', stage: 'ended', outcome: 'rolled_back' };
    api.on('GET /api/v1/groups', {
      body: { items: [first, { ...ended, sentence: 'index: rolled back' }] },
    });
    const { exit, out } = await crescendo(['group', 'list']);
    expect(exit).toBe(0);
    const ago = expect.stringMatching(/^\d+ \w+.* ago$/);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ['group', 'state', 'at 100 %', 'started', 'by', 'why'],
      ['checkout', '● under way', '1 of 2', ago, 'jane', '-'],
      ['search', '↩ rolled back', '1 of 2', ago, 'jane', 'index: rolled back'],
    ]);
    api.on('GET /api/v1/groups', { body: { items: [] } });
    expect((await crescendo(['group', 'list'])).out).toContain('crescendo group release');
  });

  describe('stop and resume all', () => {
    const stop = { by: { id: 'jane', channel: 'cli' }, reason: 'DNS is down', since: at(0) };

    it('stops everything with a reason, when asked so', async () => {
      api.on('POST /api/v1/estate/stop', { body: { revision: 1, stop, log: [] } });
      expect(await crescendo(['stop', 'DNS is down', '--yes'])).toMatchObject({ exit: 2 });
      expect(await crescendo(['stop', '--all', 'DNS is down'])).toMatchObject({ exit: 2 });
      const { exit, out, err } = await crescendo(['stop', '--all', 'DNS is down', '--yes']);
      expect({ exit, out }).toEqual({
        exit: 0,
        out: '‖ all applications are stopped by jane: DNS is down\n',
      });
      expect(err).toContain('crescendo resume --all');
      expect(asked()).toEqual(['POST /api/v1/estate/stop']);
      expect(bodies()).toEqual([{ reason: 'DNS is down' }]);
    });

    it('resumes everything', async () => {
      api.on('POST /api/v1/estate/resume', { body: { revision: 2, stop: null, log: [] } });
      const { exit, out } = await crescendo(['resume', '--all', '--reason', 'it is back']);
      expect({ exit, out }).toEqual({ exit: 0, out: 'all applications go on\n' });
      expect(bodies()).toEqual([{ reason: 'it is back' }]);
    });

    it('says so beside what is looked at, and not among the data', async () => {
      api.on('GET /api/v1/applications/shop', lane(null));
      api.on('GET /api/v1/estate', { body: { revision: 1, stop, log: [] } });
      const { out, err } = await crescendo(['get', 'shop']);
      expect(err).toContain('‖ all applications are stopped by jane: DNS is down (since');
      expect(out).not.toContain('stopped');
      const frozen = { id: 'all-3', kind: 'freeze', by: stop.by, reason: 'Black Friday' };
      const [from, to] = [at(0), at(7200)];
      const ahead = { ...frozen, id: 'all-4', from: to, to: '2999-01-01T00:00:00Z' };
      const holds = [{ ...frozen, from, to, everywhere: true }, ahead];
      api.on('GET /api/v1/estate', { body: { revision: 3, stop: null, holds, log: [] } });
      const frozenNow = await crescendo(['get', 'shop']);
      expect(frozenNow.err).toMatch(/‖ all-3 on all applications until [\d:]+ by jane: Black/);
      expect(frozenNow.err).not.toContain('all-4');
    });
  });

  describe('context', () => {
    it('keeps servers by name, with tokens for nobody else to read', async () => {
      const file = join(folder, 'kept', 'config.json');
      const env = { CRESCENDO_CONFIG: file, CRESCENDO_SERVER: '' };
      api.on('GET /api/v1/applications', { body: { items: [] } });
      const context = (args: string[], stdin = '') =>
        crescendo(['context', ...args], { env, stdin });
      expect(
        await context(['set', 'here', '--server', api.url, '--token-stdin'], 'secret\n'),
      ).toMatchObject({ exit: 0 });
      expect(await context(['set', 'there', '--server', 'http://127.0.0.1:1'])).toMatchObject({
        exit: 0,
      });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await crescendo(['list'], { env })).toMatchObject({ exit: 0 });
      expect(api.requests[0]?.headers.authorization).toBe('Bearer secret');
      expect(await crescendo(['list', '--context', 'there'], { env })).toMatchObject({ exit: 7 });
      expect((await context(['list'])).out).not.toContain('secret');
      expect(await context(['use', 'nowhere'])).toMatchObject({ exit: 2 });
      expect(await context(['use', 'there'])).toMatchObject({ exit: 0 });
      expect(await crescendo(['list'], { env })).toMatchObject({ exit: 7 });
      expect(await context(['remove', 'there'])).toMatchObject({ exit: 0 });
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
        current: null,
        contexts: { here: { server: api.url, token: 'secret' } },
      });
    });
  });

  describe('holds', () => {
    const hold = {
      id: 'hold-3',
      kind: 'hold',
      by: { id: 'jane', channel: 'cli' },
      reason: 'migration',
      from: at(0),
      to: at(7200),
      environments: ['eu'],
    };

    it('puts one up, narrowed down', async () => {
      api.on('POST /api/v1/applications/shop/holds', { status: 201, body: hold });
      const scope = ['--environment', 'eu', '--label', 'tier=1', '--label', 'zone=a'];
      const args = ['hold', 'shop', '--reason', 'migration', '--for', '2h', ...scope];
      const { exit, out } = await crescendo(args);
      expect(exit).toBe(0);
      expect(out).toContain('hold-3   environments eu until');
      expect(JSON.parse(api.requests[0]!.body)).toEqual({
        reason: 'migration',
        for: '2h',
        environments: ['eu'],
        labels: { tier: '1', zone: 'a' },
      });
      expect(await crescendo(['hold', 'shop'])).toMatchObject({ exit: 2 });
      expect(await crescendo([...args, '--label', 'tier'])).toMatchObject({ exit: 2 });
    });

    it('dates a freeze', async () => {
      api.on('POST /api/v1/applications/shop/freezes', {
        status: 201,
        body: { ...hold, kind: 'freeze', id: 'freeze-4' },
      });
      const dates = ['--from', '2026-12-24', '--to', '2026-12-26', '--timezone', 'Europe/Berlin'];
      const { out } = await crescendo(['freeze', 'shop', '--reason', 'x', ...dates]);
      expect(out).toContain('freeze-4   environments eu from');
      expect(JSON.parse(api.requests[0]!.body)).toEqual({
        reason: 'x',
        from: '2026-12-24',
        to: '2026-12-26',
        timezone: 'Europe/Berlin',
      });
    });

    it('lifts the only one without its name, and asks for it when there are several', async () => {
      api.on('GET /api/v1/applications/shop/holds', { body: { holds: [hold], freezes: [] } });
      api.on('POST /api/v1/applications/shop/holds/hold-3/lift', { body: hold });
      const lifted = await crescendo(['unhold', 'shop']);
      expect(lifted.out).toContain("hold-3   lifted; it was jane's: migration");
      const two = { holds: [hold, { ...hold, id: 'hold-4' }], freezes: [] };
      api.on('GET /api/v1/applications/shop/holds', { body: two });
      const several = await crescendo(['unhold', 'shop']);
      expect(several).toMatchObject({ exit: 2 });
      expect(several.err).toContain('shop has several: hold-3, hold-4');
    });

    it('freezes all applications, lists what is over them, and lifts it', async () => {
      const frozen = { ...hold, kind: 'freeze', id: 'all-3', everywhere: true };
      const { environments: _, ...all } = frozen;
      api.on('POST /api/v1/estate/freezes', { status: 201, body: all });
      const dates = ['--from', '2026-11-27', '--to', '2026-11-30', '--reason', 'Black Friday'];
      const placed = await crescendo(['freeze', '--all', ...dates, '--label', 'tier=1']);
      expect(placed.out).toContain('all-3   all applications from');
      expect(placed.err).toContain('crescendo unhold all-3\n');
      const wanted = { reason: 'Black Friday', from: '2026-11-27', to: '2026-11-30' };
      expect(bodies()).toEqual([{ ...wanted, labels: { tier: '1' } }]);
      api.on('POST /api/v1/estate/holds', { status: 201, body: { ...all, kind: 'hold' } });
      expect(await crescendo(['hold', '--all', '--reason', 'x'])).toMatchObject({ exit: 0 });

      api.on('GET /api/v1/estate/holds', { body: { holds: [all] } });
      const listed = await crescendo(['holds', '--all']);
      expect(listed.out).toMatch(/all-3 +all applications .* jane +migration/);
      api.on('GET /api/v1/applications/shop/holds', {
        body: { holds: [hold], freezes: [], everywhere: [frozen] },
      });
      const both = await crescendo(['holds', 'shop']);
      expect(both.out).toMatch(/hold-3 +environments eu .*\nall-3 +environments eu /);

      api.on('POST /api/v1/estate/holds/all-3/lift', { body: all });
      for (const args of [['all-3'], ['--all'], ['--all', 'all-3']]) {
        const lifted = await crescendo(['unhold', ...args, '--reason', 'over']);
        expect(lifted.out).toContain("all-3   lifted; it was jane's: migration");
      }
    });

    it.each([
      [['hold', '--reason', 'x']],
      [['hold', 'shop', '--all', '--reason', 'x']],
      [['holds']],
      [['unhold']],
      [['unhold', '--all', 'shop', 'hold-3']],
    ])('%j does not say whose, and asks', async (args) => {
      expect(await crescendo(args)).toMatchObject({
        exit: 2,
        err: expect.stringContaining('--all'),
      });
      expect(asked()).toEqual([]);
    });

    it('lists what was overridden, and overrides with a reason', async () => {
      const override = {
        release: 'shop:7',
        environment: 'eu',
        at: at(0),
        by: hold.by,
        reason: 'checkout is down',
        until: at(3600),
        what: 'the maintenance window',
      };
      api.on('GET /api/v1/overrides', { body: { items: [override] } });
      const { out } = await crescendo(['overrides', 'shop']);
      expect(out).toMatch(/shop:7 +eu .* jane +the maintenance window +checkout is down/);
      api.on('POST /api/v1/applications/shop/releases', {
        status: 202,
        body: { id: 'shop:8', application: 'shop', number: 8, ahead: 0, repeated: false },
      });
      const names = ['--version', '1.4.3', '--artifact', 'x'];
      const args = ['release', 'shop', ...names, '--override', 'urgent', '--override-for', '2h'];
      expect(await crescendo(args)).toMatchObject({ exit: 0 });
      expect(
        JSON.parse(api.requests.findLast(({ method }) => method === 'POST')!.body),
      ).toMatchObject({
        override: { reason: 'urgent', for: '2h' },
      });
      const alone = await crescendo(['release', 'shop', ...names, '--override-for', '2h']);
      expect(alone).toMatchObject({ exit: 2 });
    });

    it('lists them with the freezes of the specification', async () => {
      const freeze = { name: 'Christmas', from: '2026-12-24', to: '2026-12-26', timezone: 'UTC' };
      const path = 'GET /api/v1/applications/shop/holds';
      api.on(path, { body: { holds: [hold], freezes: [freeze] } });
      const { out } = await crescendo(['holds', 'shop']);
      expect(out).toMatch(/hold-3 +environments eu .* jane +migration/);
      expect(out).toMatch(/Christmas +all environments +2026-12-24 +2026-12-26 +specification/);
      api.on(path, { body: { holds: [], freezes: [] } });
      expect((await crescendo(['holds', 'shop'])).err).toContain('Nothing holds it.');
    });
  });

  describe('completion', () => {
    it('completes in a real bash', async () => {
      const { out } = await crescendo(['completion', 'bash']);
      const complete = (...words: string[]) => {
        const script = `${out}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})\nCOMP_CWORD=${words.length - 1}\n_crescendo\necho "\${COMPREPLY[@]}"`;
        return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim();
      };
      expect(complete('crescendo', 're')).toBe('release resume reject retry');
      expect(complete('crescendo', 'promote', 'shop', '--f')).toBe('--full');
      expect(complete('crescendo', 'context', 'u')).toBe('use');
    });

    it.each(['zsh', 'fish'])('prints a script for %s with every command', async (shell) => {
      const { exit, out } = await crescendo(['completion', shell]);
      expect(exit).toBe(0);
      for (const name of ['up', 'watch', ...actions]) expect(out).toContain(name);
    });

    it('knows no other shell', async () => {
      expect(await crescendo(['completion', 'powershell'])).toMatchObject({ exit: 2 });
    });
  });
});
