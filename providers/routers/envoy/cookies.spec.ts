import { describe, expect, it } from 'vitest';
import { cookiePattern, readCookiePattern } from './cookies.ts';

describe('providers/routers/envoy/cookies', () => {
  it.each([
    { name: 'beta', value: 'yes' },
    { name: 'a.b*c', value: '(1+1)=2/3' },
    { name: '$', value: '\u0021' },
  ])('reads back the cookie of a pattern: %j', (cookie) => {
    expect(readCookiePattern(cookiePattern(cookie))).toEqual(cookie);
  });

  it.each(['', '.*', 'beta=yes', String.raw`(?:.*;\s*)?beta=.*\s*(?:;.*)?`])(
    'takes a pattern that is not ours for none: %j',
    (regex) => {
      expect(readCookiePattern(regex)).toBeNull();
    },
  );
});
