import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestApi } from '../../test/support/api.ts';
import { openLiveApi, type LiveApi } from '../../test/support/live-api.ts';

const secret = 'hook-secret';
const path = '/api/v1/webhooks/github';
const commit = 'a'.repeat(40);

function signed(body: string, key = secret): Record<string, string> {
  const digest = createHmac('sha256', key).update(body).digest('hex');
  return { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${digest}` };
}

describe('api/webhooks', () => {
  let api: LiveApi;
  const send = (payload: object, headers?: Record<string, string>) => {
    const body = JSON.stringify(payload, null, 2);
    return api.post(path, body, headers ?? signed(body));
  };
  beforeAll(async () => {
    api = await openLiveApi({
      CRESCENDO_GITHUB_WEBHOOK_SECRET: secret,
      CRESCENDO_TOKEN: 'not-needed-here',
    });
    api.world.checkState = () => 'never';
    await api.apply('shop', 'verify: [{ command: { command: [./ci-is-green] } }]\n');
    const version = { name: '1.0.0', artifact: 'registry/shop:1.0.0', commit };
    await api.post('/api/v1/applications/shop/releases', { version });
    const waiting = () => api.journal.releasesVerifying(commit);
    await vi.waitFor(async () => expect(await waiting()).toHaveLength(1), { timeout: 20_000 });
  });
  afterAll(() => api.close());

  it.each([
    ['check_run', { check_run: { head_sha: commit } }],
    ['check_suite', { check_suite: { head_sha: commit } }],
    ['workflow_run', { workflow_run: { head_sha: commit } }],
    ['status', { sha: commit, state: 'success' }],
  ])('wakes the release that waits for this commit: %s', async (_, payload) => {
    const answer = await send(payload);

    expect([answer.status, answer.json()]).toEqual([202, { woken: ['shop:1'] }]);
  });

  it.each([
    ['another commit', { check_run: { head_sha: 'b'.repeat(40) } }],
    ['an event without one', { zen: 'Keep it logically awesome.' }],
    ['something odd', { check_run: 'yes' }],
  ])('wakes nobody for %s', async (_, payload) => {
    const answer = await send(payload);

    expect([answer.status, answer.json()]).toEqual([202, { woken: [] }]);
  });

  it.each([
    ['no signature', { 'content-type': 'application/json' }],
    ['a signature with another secret', signed('{\n  "sha": "x"\n}', 'wrong')],
    ['a signature of something else', signed('{"sha":"x"}')],
    [
      'an older signature',
      { 'content-type': 'application/json', 'x-hub-signature-256': 'sha1=00' },
    ],
  ])('refuses %s', async (_, headers) => {
    const answer = await send({ sha: 'x' }, headers);

    expect([answer.status, answer.json().code]).toEqual([401, 'unauthenticated']);
  });

  it('is off without a secret', async () => {
    const other = await openTestApi();
    const answer = await other.post(path, '{}', signed('{}'));
    await other.close();

    expect([answer.status, answer.json().code]).toEqual([404, 'not_found']);
    expect(answer.json().detail).toContain('CRESCENDO_GITHUB_WEBHOOK_SECRET');
  });
});
