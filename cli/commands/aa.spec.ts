import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { problem, startPretendApi, type PretendApi } from '../../test/support/pretend-api.ts';
import type { Io } from '../io.ts';
import { run } from '../run.ts';

const artifact = 'registry/shop@sha256:1';

function application(live: Record<string, string | null>, versions: string[]) {
  return {
    application: 'shop',
    revision: 1,
    spec: { production: { waves: [{ environments: Object.keys(live) }] } },
    lane: { active: null, warm: false, queue: [] },
    ledger: {
      versions: Object.fromEntries(versions.map((name) => [name, { name, artifact, config: 'c' }])),
      environments: Object.fromEntries(
        Object.entries(live).map(([name, version]) => [name, { live: version, history: [] }]),
      ),
      quarantine: {},
    },
  };
}

const row = (number: number, version: string, outcome: string | null, sentence = '') => ({
  id: `shop:${number}`,
  version,
  outcome,
  sentence,
});

describe('cli/commands/aa', () => {
  let api: PretendApi;
  beforeEach(async () => (api = await startPretendApi()));
  afterEach(() => api.close());

  async function crescendo(...args: string[]) {
    const written = { out: '', err: '' };
    const none = join(tmpdir(), 'crescendo-none.json');
    const io: Io = {
      stdout: {
        isTTY: false,
        columns: undefined,
        rows: undefined,
        write: (text) => (written.out += text),
      },
      stderr: { write: (text) => (written.err += text) },
      env: { CRESCENDO_SERVER: api.url, CRESCENDO_CONFIG: none },
      user: 'jane',
      now: Date.now,
      stdin: Readable.from(['']),
      readStdin: async () => '',
      ask: null,
      onInterrupt: () => () => {},
    };
    return { exit: await run(args, io), ...written };
  }
  const posted = () =>
    api.requests.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body));
  const found = (body: unknown) => api.on('GET /api/v1/applications/shop', { body });

  it.each([
    ['the first time', '1.4.2', ['1.4.2'], '1.4.2+aa.1'],
    ['the third time', '1.4.2+aa.2', ['1.4.2', '1.4.2+aa.1', '1.4.2+aa.2'], '1.4.2+aa.3'],
    ['after one that failed', '1.4.2', ['1.4.2', '1.4.2+aa.1'], '1.4.2+aa.2'],
  ])('releases the same artefact under a name of its own: %s', async (_, live, known, name) => {
    found(application({ eu: live, us: live }, known));
    const body = { id: 'shop:5', application: 'shop', number: 5, ahead: 0, repeated: false };
    api.on('POST /api/v1/applications/shop/releases', { status: 202, body });
    const { exit, out, err } = await crescendo('aa', 'shop');
    expect([exit, out]).toEqual([0, expect.stringContaining('shop:5')]);
    expect(err).toContain('crescendo watch shop:5');
    expect(posted()).toMatchObject([
      { version: { name, artifact, config: 'c' }, reason: expect.stringMatching(/^A\/A/) },
    ]);
  });

  it.each([
    ['nothing', { eu: null }, 'shop has nothing live'],
    ['two versions', { eu: '1.0.0', us: '1.1.0' }, 'shop has 1.0.0, 1.1.0 live'],
    ['one that nobody knows', { eu: '0.9.0' }, 'shop has 0.9.0 live'],
  ])('refuses where there is no one version to compare with: %s', async (_, live, sentence) => {
    found(application(live, ['1.0.0', '1.1.0']));
    const { exit, err } = await crescendo('aa', 'shop');
    expect(exit).toBe(6);
    expect(err).toContain(sentence);
    expect(posted()).toEqual([]);
  });

  it('hands on what the server says', async () => {
    api.on('GET /api/v1/applications/nobody', problem(404, 'application_unknown', 'no nobody'));
    expect(await crescendo('aa', 'nobody')).toMatchObject({ exit: 5 });
    expect(await crescendo('aa', 'nobody', '--report')).toMatchObject({ exit: 5 });
    expect(await crescendo('aa')).toMatchObject({ exit: 2 });
  });

  describe('--report', () => {
    beforeEach(() => found(application({ eu: '1.0.0' }, ['1.0.0'])));

    it('counts how those have ended that met traffic, over all pages', async () => {
      const first = [
        row(9, '1.0.0+aa.4', null),
        row(8, '1.0.0+aa.3', 'rolled_back', 'errors: canary 2 %'),
        row(7, '1.1.0', 'rolled_back', 'truly bad'),
      ];
      const second = [
        row(10, '1.0.0+aa.5', 'rolled_back', 'rolled back by joe: lunch'),
        row(6, '1.0.0+aa.2', 'succeeded'),
        row(5, '1.0.0+aa.1', 'rejected'),
        row(4, '1.0.0+aa.0', 'succeeded'),
      ];
      api.on('GET /api/v1/releases', ({ query }) =>
        query.get('cursor') === 'next'
          ? { body: { items: second, cursor: null } }
          : { body: { items: first, cursor: 'next' } },
      );
      api.on('GET /api/v1/releases/shop:8', { body: { actions: [{ action: 'pause' }] } });
      api.on('GET /api/v1/releases/shop:10', { body: { actions: [{ action: 'rollback' }] } });
      const { exit, out } = await crescendo('aa', 'shop', '--report');
      expect(exit).toBe(0);
      expect(out.split('\n')).toEqual([
        'shop: 1 of 3 A/A releases raised an alarm',
        // Wilson's interval for 1 of 3.
        'false alarms 33.3 %, 95 % interval 6.15 % to 79.2 %',
        'shop:8   errors: canary 2 %',
        'shop:10   not counted: rolled back by joe: lunch',
        '',
      ]);
      const json = JSON.parse((await crescendo('aa', 'shop', '--report', '-o', 'json')).out);
      expect(json).toMatchObject({
        application: 'shop',
        ended: 3,
        falseAlarms: { of: 3 },
        sentBackByPeople: [{ id: 'shop:10' }],
      });
      expect(posted()).toEqual([]);
    });

    it('says that there is none yet', async () => {
      api.on('GET /api/v1/releases', {
        body: { items: [row(1, '1.0.0', 'succeeded')], cursor: null },
      });
      const { out } = await crescendo('aa', 'shop', '--report');
      expect(out).toBe('shop: no A/A release has met traffic and ended yet\n');
    });
  });
});
