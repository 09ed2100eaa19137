import { describe, expect, it } from 'vitest';
import type { TrafficRules } from './release.ts';
import { rulesWords, shareWords, writeRules } from './traffic.ts';

const header = { header: { name: 'a', value: 'b' } };
const cookie = { cookie: { name: 'a', value: 'b' } };

describe('domain/traffic', () => {
  it.each<[string, TrafficRules | undefined, TrafficRules | undefined]>([
    ['none and none', undefined, {}],
    ['none and no rings', undefined, { rings: [] }],
    ['the same ring', { rings: [header] }, { rings: [{ header: { value: 'b', name: 'a' } }] }],
    ['the same mirror, but for binary fractions', { mirror: 0.3 }, { mirror: 0.1 + 0.2 }],
  ])('takes for the same: %s', (_, one, other) => {
    expect(writeRules(one)).toBe(writeRules(other));
  });

  it.each<[string, TrafficRules | undefined, TrafficRules | undefined]>([
    ['none and a ring', undefined, { rings: [header] }],
    ['none and the smallest mirror', undefined, { mirror: 0.01 }],
    ['a header and a cookie', { rings: [header] }, { rings: [cookie] }],
    ['one ring more', { rings: [header] }, { rings: [header, cookie] }],
    ['none and a cookie to keep users by', undefined, { sticky: { cookie: 'a', ttl: 1000 } }],
    [
      'a cookie that lasts longer',
      { sticky: { cookie: 'a', ttl: 1000 } },
      { sticky: { cookie: 'a', ttl: 2000 } },
    ],
    ['another mirror', { mirror: 10 }, { mirror: 10.01 }],
  ])('tells apart: %s', (_, one, other) => {
    expect(writeRules(one)).not.toBe(writeRules(other));
  });

  it('says what a version gets beside its weight', () => {
    const sticky = { cookie: 'kept', ttl: 1000 };
    expect(rulesWords({ rings: [header, cookie], mirror: 10, sticky })).toEqual([
      'ring a=b',
      'ring cookie a=b',
      'mirror 10 %',
      'sticky by cookie kept',
    ]);
    expect(shareWords({ version: '1.1.0', weight: 5, rules: { rings: [header] } })).toBe(
      '1.1.0 5 % (ring a=b)',
    );
    expect(shareWords({ version: '1.1.0', weight: 5 })).toBe('1.1.0 5 %');
  });
});
