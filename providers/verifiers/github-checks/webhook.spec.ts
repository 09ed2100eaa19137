import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedByGithub, parseGithubEvent } from './webhook.ts';

const commit = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d';
const repository = { id: 1, full_name: 'acme/shop' };

describe('providers/verifiers/github-checks/webhook', () => {
  it.each([
    ['check_run', { action: 'completed', check_run: { head_sha: commit }, repository }],
    ['check_suite', { action: 'completed', check_suite: { head_sha: commit }, repository }],
    ['workflow_run', { action: 'completed', workflow_run: { head_sha: commit }, repository }],
    ['status', { sha: commit, state: 'success', repository }],
  ])('finds the commit of %s', (event, payload) => {
    const found = parseGithubEvent(event, JSON.stringify(payload));
    expect(found).toEqual({ repository: 'acme/shop', commit });
  });

  it.each([
    ['ping', JSON.stringify({ zen: 'Keep it logically awesome.', repository })],
    ['push', JSON.stringify({ after: commit, repository })],
    ['toString', JSON.stringify({ sha: commit, repository })],
    ['status', JSON.stringify({ sha: commit })],
    ['status', JSON.stringify({ repository })],
    ['check_run', 'null'],
    ['check_run', '{'],
    ['check_run', ''],
  ])('finds nothing in %s %s', (event, body) => {
    expect(parseGithubEvent(event, body)).toBeNull();
  });

  it("accepts GitHub's documented example", async () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const secret = "It's a Secret to Everybody";
    expect(await isSignedByGithub(secret, 'Hello, World!', signature)).toBe(true);
    expect(await isSignedByGithub(secret, 'Hello, World?', signature)).toBe(false);
    expect(await isSignedByGithub('another', 'Hello, World!', signature)).toBe(false);
  });

  it.each([undefined, '', 'sha256=', 'sha1=abc', `sha256=${'0'.repeat(64)}`])(
    'refuses the signature %s',
    async (signature) => {
      expect(await isSignedByGithub('secret', '{}', signature)).toBe(false);
    },
  );

  it('accepts nothing without a secret', async () => {
    const signature = `sha256=${createHmac('sha256', '').update('{}').digest('hex')}`;
    expect(await isSignedByGithub('', '{}', signature)).toBe(false);
  });
});
