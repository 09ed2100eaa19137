import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Io } from '../io.ts';
import { run } from '../run.ts';

const spec = `application: shop
environments:
  eu:
    target: { process: { command: ["./shop"] } }
    router: { envoy: { port: 10080 } }
production:
  waves: [{ environments: [eu] }]
  strategy: { canary: { steps: [10, 100], bake: { min: 1m, max: 10m } } }
analysis:
  metrics: [{ signal: errors, from: envoy }]
`;

const scenarios = `scenarios:
  - name: night
    evidence: [{ from: step 2, is: noData }]
    people: [{ who: jane, does: rollback, when: hold, after: 20m, reason: tired }]
    expect: { outcome: rolled_back, live: { eu: stable }, within: 1h, quarantined: true }
  - name: wishful
    evidence: [{ is: fail }]
    expect: { outcome: succeeded }
`;

describe('cli/commands/plan-test', { timeout: 300_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crescendo-plan-test-'));
    const files = {
      'shop.yaml': spec,
      'scenarios.yaml': scenarios,
      'typo.yaml': 'scenarios:\n  - name: a\n    evidense: []\n',
      'refused.yaml': spec.replace('metrics: [{ signal: errors, from: envoy }]', 'metrics: []'),
      'invalid.yaml': spec.replace('strategy', 'stratagy'),
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function planTest(file: string, ...flags: string[]) {
    const written = { out: '', err: '' };
    const into = (key: 'out' | 'err') => ({
      write: (text: string) => {
        written[key] += text;
        return true;
      },
    });
    const io = {
      stdout: into('out'),
      stderr: into('err'),
      env: { ...process.env, CRESCENDO_TEMPORAL_TEST_SERVER: inject('testServer') },
      user: 'jane',
      now: Date.now,
      stdin: Readable.from([]),
      readStdin: async () => spec,
      ask: null,
      onInterrupt: () => () => {},
    } as unknown as Io;
    const inFolder = flags.map((flag) => (flag.endsWith('.yaml') ? join(folder, flag) : flag));
    const path = file === '-' ? file : join(folder, file);
    const exit = await run(['plan', 'test', path, ...inFolder], io);
    return { exit, ...written };
  }

  it('prints what would happen, and ends well when it is as expected', async () => {
    const { exit, out, err } = await planTest('shop.yaml', '-s', 'good', '-s', 'bad:2');
    expect(err).toContain('2 of 2 ended as expected.');
    expect(exit).toBe(0);
    expect(out).toMatch(/\+01:\d\d +eu +10 % +step 1 at 10 %: pass/);
    expect(out).toMatch(/succeeded after .*; live: eu candidate\n/);
    expect(out).toMatch(/rolled back after .*; live: eu stable, candidate quarantined\n/);
    expect(out.indexOf('good')).toBeLessThan(out.indexOf('bad:2'));
  });

  it('plays the scenarios of a file, and says what did not come to be', async () => {
    const { exit, out } = await planTest('-', '--scenario', 'scenarios.yaml', '-o', 'json');
    const { passed, application, scenarios: reports } = JSON.parse(out);
    expect({ exit, passed, application }).toEqual({ exit: 1, passed: false, application: 'shop' });
    expect(reports).toMatchObject([
      { scenario: 'night', outcome: 'rolled_back', live: { eu: 'stable' }, surprises: [] },
      { scenario: 'wishful', outcome: 'rolled_back', surprises: [expect.any(String)] },
    ]);
    expect(reports[0].rows.at(-1)).toEqual({
      at: expect.any(String),
      after: expect.any(Number),
      environment: null,
      weight: null,
      what: 'version candidate quarantined: rolled back by jane: tired',
    });
  });

  it.each([
    [
      'an invalid specification',
      ['invalid.yaml'],
      2,
      /invalid\.yaml:8:3 .*did you mean "strategy"/,
    ],
    ['an invalid scenario', ['shop.yaml', '-s', 'typo.yaml'], 2, /typo\.yaml:3:5 .*"evidence"/],
    [
      'a scenario that is not there',
      ['shop.yaml', '-s', 'worse'],
      2,
      /Name a file, or one of good/,
    ],
    ['a file that is not there', ['shop.yaml', '-s', './no.yaml'], 2, /cannot be read/],
    ['no plan', ['refused.yaml'], 6, /no metric can be judged/],
  ] as const)('refuses %s', async (_, [file, ...flags], expected, message) => {
    const { exit, err } = await planTest(file, ...flags);
    expect(err).toMatch(message);
    expect(exit).toBe(expected);
  });
});
