import { describe, expect, it } from 'vitest';
import { aSpec } from '../../test/support/builders.ts';
import { describeFinding, formatValue } from './sentences.ts';
import type { Finding, MetricEvidence } from './verdict.ts';

describe('domain/analysis/sentences', () => {
  it.each([
    ['ratio', 0.0312, '3.12 %'],
    ['ratio', 0, '0 %'],
    ['latency', 182.44, '182 ms'],
    ['gauge', 0.123456, '0.123'],
    ['gauge', 1_234_567, '1230000'],
    ['ratio', null, 'unknown'],
  ] as const)('%s %d reads %s', (kind, value, text) => expect(formatValue(value, kind)).toBe(text));

  const [errors] = aSpec().analysis.metrics;
  if (errors?.judgedBy !== 'bound') throw new Error('no metric');
  const say = (finding: Finding, change: Partial<MetricEvidence> = {}) =>
    describeFinding(errors, {
      metric: 'errors',
      finding,
      canary: 0.081,
      stable: 0.001,
      bound: 0.01,
      requests: 310,
      ...change,
    });

  it.each<[string, Finding, Partial<MetricEvidence>, string]>([
    ['a breach', 'breach', {}, 'errors: canary 8.1 % over 310 requests, stable 0.1 %, bound 1 %'],
    ['alone', 'ok', { stable: null }, 'errors: canary 8.1 % over 310 requests, bound 1 %'],
    [
      'a gauge has no requests',
      'ok',
      { requests: null },
      'errors: canary 8.1 %, stable 0.1 %, bound 1 %',
    ],
    [
      'too little traffic',
      'tooLittleTraffic',
      { canary: null, requests: 12 },
      'errors: too little traffic to tell, saw 12, needs 50 requests in 6 intervals',
    ],
    [
      'too little traffic of stable',
      'tooLittleTraffic',
      { stable: null, bound: null },
      'errors: canary 8.1 % over 310 requests, but stable has had too little traffic to compare with',
    ],
    [
      'a sick baseline',
      'sickBaseline',
      { stable: 0.05 },
      'errors: stable itself is sick (5 %, limit 1 %); canary 8.1 % over 310 requests',
    ],
  ])('%s', (_, finding, change, sentence) => expect(say(finding, change)).toBe(sentence));
});
