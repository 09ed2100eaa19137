import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpecInput } from '../../domain/spec.ts';
import { resolveTemporal } from '../../embedded/toolbox/index.ts';
import { rolloutHistory } from '../support/e2e/history.ts';
import { expectKept } from '../support/e2e/promises.ts';
import { openShop, shopSpec, type Shop } from '../support/e2e/shop.ts';
import { openStack, type E2eStack } from '../support/e2e/stack.ts';

let e2e: E2eStack;

beforeAll(async () => {
  e2e = await openStack();
});
afterAll(async () => {
  expect(await e2e?.stop()).toEqual([]);
});

/** Staging holds until a file exists, production needs an approval, and steps wait for a person. */
function steeredSpec({ application, port }: Shop, flag: string): SpecInput {
  const spec = shopSpec({ application, port, withStaging: true, bake: { min: '5s', max: '2m' } });
  const test = { name: 'flag', command: { command: ['test', '-e', flag] } };
  return {
    ...spec,
    staging: { environment: 'staging', tests: [test], onFail: 'hold' },
    production: { ...spec.production, gates: [{ before: 'production', exclude: ['initiator'] }] },
  };
}

/** What a person with nothing but Temporal's own command line does. */
async function signal(id: string, name: string, input: object): Promise<void> {
  const { path } = await resolveTemporal();
  const target = ['--address', e2e.stack.temporalAddress, '--workflow-id', `release:${id}`];
  const message = ['--name', name, '--input', JSON.stringify(input)];
  await promisify(execFile)(path, ['workflow', 'signal', ...target, ...message]);
}

const held = (key: string) => (release: { rollouts: Record<string, { wait: unknown }> }) =>
  Object.values(release.rollouts).some(
    ({ wait }) => (wait as { key?: string } | null)?.key === key,
  );

describe('test/e2e/steering', () => {
  it('does all that people may do, and has it on record', async () => {
    const shop = await openShop(e2e, { application: 'steered' });
    const flag = join(e2e.dataDir, 'flag');
    await e2e.apply(steeredSpec(shop, flag));
    const id = await shop.release('1.1.0');
    const act = async (action: string, body: object, actor: string) => {
      const answer = await e2e.act(id, action, body, { actor });
      expect([action, answer.status, answer.body.detail]).toEqual([action, 200, undefined]);
    };

    await e2e.until(id, held('failure'));
    await act('retry', {}, 'joe');
    await e2e.until(id, ({ actions }) => actions.length === 1);
    await e2e.until(id, held('failure'));
    expect(await e2e.act(id, 'skip')).toMatchObject({ status: 409 });
    await act('skip', { reason: 'the test itself is broken' }, 'joe');

    await e2e.until(id, ({ gate }) => gate !== null);
    expect((await e2e.act(id, 'approve', {}, { actor: 'tester' })).body.detail).toContain(
      'tester started this release',
    );
    await act('approve', { reason: 'looks fine' }, 'jane');

    await e2e.untilEvent(id, ({ type }) => type === 'bake.started');
    await act('pause', {}, 'joe');
    expect(await e2e.until(id, held('pause'))).toMatchObject({
      paused: true,
      rollouts: { production: { weight: 20, verdict: { verdict: 'pass' } } },
    });
    expect(await e2e.weights(shop.site)).toEqual({ '1.0.0': 80, '1.1.0': 20 });
    await act('resume', {}, 'joe');
    await e2e.until(id, ({ rollouts }) => rollouts['production']?.weight === 50);

    await signal(id, 'pause', { by: 'jane', reason: 'lunch' });
    await e2e.until(id, held('pause'));
    expect((await e2e.act(id, 'promote', { step: 1 })).body.detail).toContain('step 1 is over');
    await act('promote', { full: true, step: 2 }, 'jane');
    await e2e.until(id, ({ rollouts }) => rollouts['production']?.weight === 100);
    await act('rollback', { reason: 'the boss called' }, 'joe');

    const release = await e2e.ended(id);
    expect(release).toMatchObject({ outcome: 'rolled_back' });
    expect(release.quarantined).toContain('rolled back by joe: the boss called');
    expect(
      release.actions.map(({ action, by, reason }) => [action, by.id, by.channel, reason]),
    ).toEqual([
      ['retry', 'joe', 'api', null],
      ['skip', 'joe', 'api', 'the test itself is broken'],
      ['approve', 'jane', 'api', 'looks fine'],
      ['pause', 'joe', 'api', null],
      ['resume', 'joe', 'api', null],
      ['pause', 'jane', 'temporal', 'lunch'],
      ['promote', 'jane', 'api', null],
      ['rollback', 'joe', 'api', 'the boss called'],
    ]);
    await expectKept(e2e, id, { final: { '1.0.0': 100 }, full: true });
    expect((await e2e.act(id, 'pause')).body).toMatchObject({ code: 'release_ended', status: 410 });
    const again = await e2e.send('POST', '/applications/steered/releases', {
      version: shop.version('1.1.0'),
    });
    expect(again.body).toMatchObject({ code: 'version_quarantined', status: 409 });

    writeFileSync(flag, '');
    const aborted = await shop.release('1.2.0');
    await e2e.until(aborted, ({ gate }) => gate !== null);
    await e2e.act(aborted, 'approve', {}, { actor: 'jane' });
    await e2e.untilEvent(aborted, ({ type }) => type === 'bake.started');
    expect((await e2e.act(aborted, 'abort', { reason: 'wrong day' })).status).toBe(200);
    expect(await e2e.ended(aborted)).toMatchObject({ outcome: 'rolled_back', quarantined: null });
    await expectKept(e2e, aborted, { final: { '1.0.0': 100 } });

    const rejected = await shop.release('1.2.0');
    await e2e.until(rejected, ({ gate }) => gate !== null);
    await e2e.act(rejected, 'reject', { reason: 'not today' }, { actor: 'jane' });
    expect(await e2e.ended(rejected)).toMatchObject({
      outcome: 'rejected',
      quarantined: null,
      sentence: expect.stringContaining('rejected by jane: not today'),
    });
    expect(await e2e.weights(shop.site)).toEqual({ '1.0.0': 100 });
  });

  it('refuses what cannot be, and says what would be right', async () => {
    const spec =
      'application: bad\nenvironments:\n  eu:\n    target: { process: { comand: [node] } }\n';
    const put = (text: string) =>
      e2e.send('PUT', '/applications/bad', text, { contentType: 'application/yaml' });
    const invalid = await put(spec);
    expect(invalid).toMatchObject({ status: 422, body: { code: 'spec_invalid' } });
    const places = invalid.body.errors.map(({ path, line, column }: Record<string, unknown>) => [
      path,
      typeof line,
      typeof column,
    ]);
    expect(places).toContainEqual(['production', 'number', 'number']);
    expect((await put('application: [')).body.errors[0]).toMatchObject({ line: 1 });

    const version = { name: '1.0.0', artifact: './app' };
    const unknown = [
      await e2e.send('GET', '/applications/nobody'),
      await e2e.send('POST', '/applications/nobody/releases', { version }),
      await e2e.send('GET', '/releases/nobody:1'),
      await e2e.send('GET', '/releases/nobody:1/timeline'),
      await e2e.act('nobody:1', 'pause'),
    ];
    expect(unknown.map(({ status, body }) => [status, body.code])).toEqual([
      [404, 'application_unknown'],
      [404, 'application_unknown'],
      [404, 'release_unknown'],
      [404, 'release_unknown'],
      [404, 'release_unknown'],
    ]);
  });

  it('a submission that is repeated with its key is one release', async () => {
    const shop = await openShop(e2e, { application: 'repeated' });
    const path = '/applications/repeated/releases';
    const body = { version: shop.version('1.1.0') };
    const both = await Promise.all([
      e2e.send('POST', path, body, { key: 'deploy-42' }),
      e2e.send('POST', path, body, { key: 'deploy-42' }),
    ]);
    expect(both.map((answer) => [answer.status, answer.body.id])).toEqual([
      [202, 'repeated:2'],
      [202, 'repeated:2'],
    ]);
    expect(both.filter((answer) => answer.body.repeated)).toHaveLength(1);
    const other = { version: shop.version('1.2.0') };
    const conflict = await e2e.send('POST', path, other, { key: 'deploy-42' });
    expect(conflict.body).toMatchObject({ code: 'idempotency_conflict', status: 409 });
    const nobody = { version: { ...shop.version('1.0.0'), config: 'something else' } };
    const changed = await e2e.send('POST', path, nobody);
    expect(changed.body).toMatchObject({ code: 'version_changed', status: 409 });
    expect(await e2e.ended('repeated:2')).toMatchObject({ outcome: 'succeeded' });
    const { body: list } = await e2e.send('GET', '/releases?application=repeated');
    expect(list.items).toHaveLength(2);
  });

  it('the history of a release has the same size however long its bakes are', async () => {
    const steps = [10, 25, 50, 75, 100];
    const [short, long] = await Promise.all(
      ['500ms', '3s'].map(async (min) => {
        const bake = { min, max: '2m' };
        const shop = await openShop(e2e, { application: `history-${min}`, steps, bake });
        const { id, outcome } = await shop.releaseToEnd('1.1.0');
        expect(outcome).toBe('succeeded');
        const { events } = await rolloutHistory(e2e, id);
        const { bakes, entries } = await expectKept(e2e, id, { final: { '1.1.0': 100 } });
        const looks = bakes.reduce((sum, bake) => sum + bake.looks, 0);
        return { events: events?.length ?? 0, looks, entries: entries.length };
      }),
    );
    if (!short || !long) throw new Error('unreachable');
    expect(long.looks).toBeGreaterThan(short.looks * 2);
    expect(long.entries).toBe(short.entries);
    expect(Math.abs(long.events - short.events)).toBeLessThan(30);
    // Every rise asks the calendar and whether everything is stopped: two short activities a step.
    expect(Math.max(long.events, short.events)).toBeLessThan(400);
  });
});
