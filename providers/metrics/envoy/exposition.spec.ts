import { describe, expect, it } from 'vitest';
import { createMatch, parseSamples, parseSelector } from './exposition.ts';
import type { Sample } from './exposition.ts';

describe('providers/metrics/envoy/exposition', () => {
  it('reads names, labels, values and comments', () => {
    const text = [
      '# HELP http_requests_total The number.',
      '# TYPE http_requests_total counter',
      'http_requests_total{method="post",code="200"} 1027 1395066363000',
      'plain 12.47',
      'trailing_comma{a="b",} 1e-3',
      String.raw`msdos{path="C:\\DIR\\F.TXT",error="not \"{found}\"\n"} -3`,
      'bucket{le="+Inf"} +Inf',
      'odd NaN',
      '',
    ].join('\n');
    expect(parseSamples(text)).toEqual([
      { name: 'http_requests_total', labels: { method: 'post', code: '200' }, value: 1027 },
      { name: 'plain', labels: {}, value: 12.47 },
      { name: 'trailing_comma', labels: { a: 'b' }, value: 0.001 },
      { name: 'msdos', labels: { path: 'C:\\DIR\\F.TXT', error: 'not "{found}"\n' }, value: -3 },
      { name: 'bucket', labels: { le: '+Inf' }, value: Infinity },
      { name: 'odd', labels: {}, value: Number.NaN },
    ]);
    expect(parseSamples('')).toEqual([]);
  });

  it.each(['<html>', '{"a": 1}', 'name', 'name{a="b"', 'name{a=b} 1', 'name{a!="b"x} 1', 'name x'])(
    'says that %s is not of this format',
    (text) => {
      expect(parseSamples(`fine 1\n${text}\n`)).toBeNull();
    },
  );

  const samples: Sample[] = [
    { name: 'rq', labels: { cluster: 'a|b', code: '500' }, value: 1 },
    { name: 'rq', labels: { cluster: 'a|b', code: '200' }, value: 2 },
    { name: 'rq', labels: { cluster: 'c' }, value: 3 },
    { name: 'other', labels: { cluster: 'a|b' }, value: 4 },
  ];

  it.each<[string, number[]]>([
    ['rq', [1, 2, 3]],
    ['rq{}', [1, 2, 3]],
    [' rq { cluster = "a|b" , } ', [1, 2]],
    ['rq{cluster="a|b",code="500"}', [1]],
    ['rq{cluster!="a|b"}', [3]],
    ['rq{code!="500"}', [2, 3]],
    ['rq{code=""}', [3]],
    ['rq{code=~"5.."}', [1]],
    ['rq{code=~"5"}', []],
    ['rq{code=~"2..|"}', [2, 3]],
    ['rq{code!~"5.."}', [2, 3]],
    ['unknown', []],
  ])('%s selects %j', (text, values) => {
    const match = createMatch(parseSelector(text)!);
    expect(samples.filter(match).map(({ value }) => value)).toEqual(values);
  });

  it.each(['', '{a="b"}', 'rq{a}', 'rq{a="b"', 'rq{a="b" c="d"}', 'sum(rq)', 'rq[5m]', 'a + b'])(
    'says that %j is no selector',
    (text) => {
      expect(parseSelector(text)).toBeNull();
    },
  );
});
