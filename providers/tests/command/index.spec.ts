import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeTestRunner } from '../../../test/contracts/test-runner.ts';
import { aContext } from '../../../test/support/call-context.ts';
import { command } from './index.ts';

const green =
  '<testsuites><testsuite name="s"><testcase name="a"/><testcase name="b"/></testsuite></testsuites>';
const red =
  '<testsuite tests="2"><testcase classname="cart" name="adds"><failure/></testcase><testcase name="b"/></testsuite>';
const skipped = '<testsuite><testcase name="a"><skipped/></testcase></testsuite>';
const many = `<testsuite>${'<testcase name="t"><error/></testcase>'.repeat(30)}</testsuite>`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crescendo-tests-'));
  await writeFile(join(folder, 'many.txt'), many);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  await rm(join(folder, 'reports'), { recursive: true, force: true });
  await mkdir(join(folder, 'reports'));
});

function open(settings: Record<string, unknown>, connection: Record<string, unknown> = {}) {
  const full = { cwd: folder, ...settings };
  return command.create(command.settings.parse(full), command.connection.parse(connection));
}

function run(settings: Record<string, unknown>, connection?: Record<string, unknown>) {
  const subject = {
    site: { application: 'shop', environment: 'eu' },
    version: { name: '1.4.2', artifact: 'shop:1.4.2' },
    candidate: { version: '1.4.2', endpoint: { url: 'http://127.0.0.1:9' } },
  };
  return open(settings, connection).run(subject, aContext());
}

/** A shell command that writes `report` and then exits with `code`. */
function writing(report: string, code = 0): Record<string, unknown> {
  const script = `printf %s "$REPORT" > reports/result.xml; exit ${code}`;
  return { command: script, env: { REPORT: report }, junit: 'reports/*.xml' };
}

describeTestRunner({
  vendor: 'command',
  url: () => 'http://127.0.0.1:9',
  passing: () => open({ command: ['echo', 'fine'] }),
  failing: () => open({ command: 'echo broken; exit 1' }),
  failingALot: () =>
    open({
      command:
        'cp many.txt reports/many.xml; i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i+1)); done; exit 1',
      junit: 'reports/*.xml',
    }),
  endless: () => open({ command: ['sleep', '300'] }),
  limited: () => open({ command: ['sleep', '300'], timeout: '200ms' }),
  impossible: () => open({ command: ['no-such-program-here'] }),
});

describe('providers/tests/command/index', () => {
  it('tells the command about its subject, and keeps the rest of the environment', async () => {
    const names = [
      'CANARY_URL',
      'CRESCENDO_VERSION',
      'CRESCENDO_ENVIRONMENT',
      'CRESCENDO_APPLICATION',
    ];
    const script = `echo ${names.map((name) => `$${name}`).join(' ')} $MINE $NODE_ENV$VITEST`;
    const { logTail } = await run({ command: script, env: { MINE: 'own' } });
    expect(logTail).toBe('http://127.0.0.1:9 1.4.2 eu shop own');
  });

  it('passes secrets of the connection on, and masks them', async () => {
    const settings = { command: '[ "$API_TOKEN" = s3cr3t-token ] && echo "using $API_TOKEN"' };
    const report = await run(settings, { env: { API_TOKEN: 's3cr3t-token' } });
    expect(report).toMatchObject({ passed: true, logTail: 'using ***' });
  });

  it.each([
    ['no report asked for', { command: 'exit 0' }, true, 1, 0, 'the command exited with code 0'],
    ['an exit code', { command: 'exit 3' }, false, 1, 1, 'the command exited with code 3'],
    ['a green report', writing(green), true, 2, 0, '2 tests passed'],
    [
      'a red report',
      writing(red, 1),
      false,
      2,
      1,
      '1 of 2 tests failed; the command exited with code 1',
    ],
    ['a red report and exit code 0', writing(red), false, 2, 1, '1 of 2 tests failed'],
    [
      'a green report and exit code 2',
      writing(green, 2),
      false,
      3,
      1,
      '2 tests passed, but the command exited with code 2',
    ],
    [
      'nothing that ran',
      writing(skipped),
      false,
      1,
      1,
      'no test ran (1 skipped) according to the JUnit reports',
    ],
    [
      'a report that was asked for and is not there',
      { command: 'exit 0', junit: ['reports/*.xml', 'more/*.xml'] },
      false,
      1,
      1,
      'the command wrote no JUnit report to reports/*.xml, more/*.xml',
    ],
    ['a signal', { command: 'kill -s KILL $$' }, false, 1, 1, 'the command was ended by SIGKILL'],
    [
      'a time limit',
      { command: 'sleep 300', timeout: '100ms' },
      false,
      1,
      1,
      'the command did not end within 100ms',
    ],
  ] as [string, Record<string, unknown>, boolean, number, number, string][])(
    'judges %s',
    async (_name, settings, passed, total, failed, detail) => {
      expect(await run(settings)).toMatchObject({ passed, total, failed, detail });
    },
  );

  it('names the failed tests', async () => {
    expect((await run(writing(red, 1))).failures).toEqual(['cart › adds']);
  });

  it.each([
    ['half a file', green.slice(0, -20)],
    ['another format', '<html><body/></html>'],
    ['an empty file', ''],
  ])('fails on %s', async (_name, text) => {
    const report = await run(writing(text));
    expect(report).toMatchObject({ passed: false, failed: 1 });
    expect(report.detail).toMatch(/^reports\/result\.xml cannot be read: ./);
  });

  it('does not count a green report that an earlier run left', async () => {
    await writeFile(join(folder, 'reports/old.xml'), green);
    const report = await run({ command: 'true', junit: 'reports/*.xml' });
    expect(report).toMatchObject({ passed: false });
    const detail = 'the command wrote no JUnit report to reports/*.xml; 1 older one does not count';
    expect(report.detail).toBe(detail);
  });

  it('does not count one with a time in the future either', async () => {
    const path = join(folder, 'reports/old.xml');
    await writeFile(path, green);
    const future = new Date(Date.now() + 3_600_000);
    await utimes(path, future, future);
    expect(await run({ command: 'true', junit: 'reports/*.xml' })).toMatchObject({ passed: false });
  });

  it('counts a report that was there and is written again', async () => {
    await writeFile(join(folder, 'reports/result.xml'), green);
    expect(await run(writing(green))).toMatchObject({ passed: true, total: 2 });
  });

  it('adds up the reports of all patterns, fresh ones only', async () => {
    await writeFile(join(folder, 'reports/old.xml'), red);
    const script =
      'mkdir -p reports/deep; printf %s "$A" > reports/a.xml; printf %s "$A" > reports/deep/b.xml';
    const settings = {
      command: script,
      env: { A: green },
      junit: ['reports/a.xml', `${folder}/reports/deep/**`],
    };
    expect(await run(settings)).toMatchObject({ passed: true, total: 4, detail: '4 tests passed' });
    expect((await readdir(join(folder, 'reports'))).sort((a, b) => a.localeCompare(b))).toContain(
      'old.xml',
    );
  });

  it("reads what Node's own test runner writes", async () => {
    const script = `const { test, describe, it } = require('node:test');
      test('loads', () => {});
      test('later', { skip: true }, () => {});
      describe('cart', () => { it('adds <1> & 2', () => { throw new Error('no'); }); });`;
    await writeFile(join(folder, 'shop.test.cjs'), script);
    const reporter = ['--test-reporter=junit', '--test-reporter-destination=reports/node.xml'];
    const node = [process.execPath, '--test', ...reporter, 'shop.test.cjs'];
    const report = await run({ command: node, junit: 'reports/*.xml' });
    expect(report).toMatchObject({ passed: false, total: 2, failed: 1 });
    expect(report.failures).toEqual([expect.stringContaining('adds <1> & 2')]);
    expect(report.detail).toBe('1 of 2 tests failed, 1 skipped; the command exited with code 1');
  });

  it('refuses to read a report without end', async () => {
    const script = 'truncate -s 30000000 reports/big.xml';
    const report = await run({ command: script, junit: 'reports/*.xml' });
    expect(report).toMatchObject({ passed: false });
    expect(report.detail).toContain('reports/big.xml cannot be read: it has 30000000 bytes');
  });

  it.each([
    [{}, 'command'],
    [{ command: [] }, 'command'],
    [{ command: 'x', timeout: 'soon' }, 'timeout'],
    [{ command: 'x', env: { 'a b': '1' } }, 'env.a b'],
    [{ command: 'x', junit: [] }, 'junit'],
  ])('refuses the settings %j', (settings, path) => {
    const result = command.settings.safeParse(settings);
    expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
