import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../domain/events.ts';
import { at, evidenceOf, rolledBack } from '../../test/support/recorded-release.ts';
import { metricSeries, weightSeries } from './metric-series.ts';

const start = Date.parse(at(0)) / 1000;

function look(seconds: number, ...evidence: Measurement['evidence']): Measurement {
  const place = { application: 'shop', release: 3, environment: 'eu', bake: 'b', index: 0 };
  return { ...place, at: at(seconds), weight: 5, evidence };
}

const errors = (canary: number | null, finding: 'ok' | 'breach' | 'noData' = 'ok') =>
  evidenceOf('errors', finding, [canary, 0.001, 0.01, 300], '');

describe('web/releases/metric-series.ts', () => {
  it('gives a column per line, and marks what was too high', () => {
    const [series, other] = metricSeries(
      [
        look(1, errors(0.002), evidenceOf('load', 'ok', [3], '')),
        look(2, errors(0.05, 'breach')),
        look(3, errors(null, 'noData')),
      ],
      1000,
    );

    expect(series).toEqual({
      metric: 'errors',
      times: [start + 1, start + 2, start + 3],
      canary: [0.002, 0.05, null],
      stable: [0.001, 0.001, 0.001],
      bound: [0.01, 0.01, 0.01],
      breach: [null, 0.05, null],
    });
    expect(other).toMatchObject({ metric: 'load', canary: [3], stable: [null], bound: [null] });
  });

  it('breaks the line where nobody looked', () => {
    const [series] = metricSeries(
      [look(1, errors(0.1)), look(3, errors(0.2)), look(33, errors(0.3))],
      1000,
    );

    expect(series?.times).toEqual([start + 1, start + 3, start + 18, start + 33]);
    expect(series?.canary).toEqual([0.1, 0.2, null, 0.3]);
    expect(series?.bound).toEqual([0.01, 0.01, null, 0.01]);
  });

  it('has no series without looks', () => {
    expect(metricSeries([], 1000)).toEqual([]);
  });

  it('keeps a weight until the next one', () => {
    const weights = weightSeries(rolledBack(), 'eu', start + 60);

    expect(weights.weights).toEqual([1, 5, 25, 0, 0]);
    expect(weights.times.map((time) => time - start)).toEqual([10, 20, 30, 42, 60]);
    expect(weightSeries(rolledBack(), 'eu', 0).weights).toEqual([1, 5, 25, 0]);
    expect(weightSeries(rolledBack(), 'us', start + 60)).toEqual({ times: [], weights: [] });
  });
});
