import { describe, expect, it } from 'vitest';
import { sign, verifySignature } from './signature.ts';

const secret = 'sixteen-characters-or-more';
const timestamp = '1777857292';
const now = 1_777_857_292_000;
const body = '{"release":"shop:7"}';
// printf '1777857292.{"release":"shop:7"}' | openssl dgst -sha256 -hmac sixteen-characters-or-more
const signature = 'sha256=9d706d0c9c628e7160e9af72f1f271bb8d136c69978f78d0f3e1edc7cf6282d6';

describe('providers/notifiers/webhook/signature', () => {
  it('signs as openssl does', () => {
    expect(sign(secret, timestamp, body)).toBe(signature);
  });

  it.each([
    ['the message itself', {}, now, true],
    ['clocks a little apart', {}, now + 300_000, true],
    ['a replay', {}, now + 301_000, false],
    ['a message from the future', {}, now - 301_000, false],
    ['another body', { body: '{"release":"shop:8"}' }, now, false],
    ['another time', { timestamp: '1777857293' }, now, false],
    ['a time that is none', { timestamp: 'NaN' }, now, false],
    ['no time', { timestamp: undefined }, now, false],
    ['no signature', { signature: undefined }, now, false],
    ['half a signature', { signature: signature.slice(0, 20) }, now, false],
    ['characters of several bytes', { signature: 'é'.repeat(71) }, now, false],
  ])('judges %s', (_name, change, at, expected) => {
    const message = { timestamp, signature, body, ...change };
    expect(verifySignature(secret, message, at)).toBe(expected);
  });

  it('accepts nothing without a secret', () => {
    const message = { timestamp, signature: sign('', timestamp, body), body };
    expect(verifySignature('', message, now)).toBe(false);
  });
});
