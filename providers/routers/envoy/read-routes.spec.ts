import { describe, expect, it } from 'vitest';
import { writeRules } from '../../../domain/traffic.ts';
import { sharesOf } from './read-routes.ts';
import type { Route } from './schema.ts';

const cluster = (name: string, weight: number) => ({ name, weight, response_headers_to_add: [] });
const everybody = (
  clusters = [cluster('one', 10_000), cluster('two', 0)],
  hashed = false,
): Route => ({
  match: { prefix: '/', headers: [] },
  route: {
    weighted_clusters: { clusters, use_hash_policy: hashed },
    hash_policy: [],
    request_mirror_policies: [],
  },
  response_headers_to_add: [],
});
const host = (...routes: Route[]) => ({ name: 'shop_eu', domains: ['*'], routes });

/** What somebody else may have written into Envoy. */
const foreign: [string, Route['match']][] = [
  ['a header that is only present', { headers: [{ name: 'a', present_match: true }] }],
  ['a path of its own', { path: '/beta', headers: [] }],
  [
    'two headers at once',
    {
      headers: [
        { name: 'a', string_match: { exact: '1' } },
        { name: 'b', string_match: { exact: '2' } },
      ],
    },
  ],
  [
    'a cookie by another pattern',
    { headers: [{ name: 'cookie', string_match: { safe_regex: { regex: '.*' } } }] },
  ],
];

describe('providers/routers/envoy/read-routes', () => {
  it.each(foreign)('never takes a foreign route for nothing: %s', (_, match) => {
    const route = { ...everybody([cluster('two', 1)]), match };
    const shares = sharesOf(host(route, everybody()));
    expect(shares.map(({ version, weight }) => [version, weight])).toEqual([
      ['one', 100],
      ['two', 0],
    ]);
    expect(writeRules(shares[1]?.rules)).not.toBe('');
  });

  it('tells of a version that only a ring knows', () => {
    const match = { headers: [{ name: 'a', string_match: { exact: 'b' } }] };
    const route = { ...everybody([cluster('three', 1)]), match };
    expect(sharesOf(host(route, everybody())).at(-1)).toEqual({
      version: 'three',
      weight: 0,
      rules: { rings: [{ header: { name: 'a', value: 'b' } }] },
    });
  });

  it('never takes users who are kept in a foreign way for nothing', () => {
    const shares = sharesOf(host(everybody(undefined, true)));
    expect(shares.some(({ rules }) => writeRules(rules) !== '')).toBe(true);
  });

  it('knows nothing of a site without a route', () => {
    expect(sharesOf(undefined)).toEqual([]);
    expect(sharesOf(host())).toEqual([]);
  });
});
