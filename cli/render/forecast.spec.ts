import { describe, expect, it } from 'vitest';
import type { EnvironmentForecast } from '../answers.ts';
import { forecastLines } from './forecast.ts';

const errors = {
  metric: 'errors',
  kind: 'ratio' as const,
  pass: 300_000,
  visible: 0.01234,
  rate: 0.005,
  cost: 19.2,
};
const history = {
  metric: 'errors',
  intervals: 180,
  requestsPerSecond: 100,
  rate: 0.005,
  calibrated: true,
  detail: null,
};

function ahead(change: Partial<EnvironmentForecast> = {}): EnvironmentForecast {
  const steps = [{ step: 1, weight: 5, likely: 300_000, metrics: [errors] }];
  return { environment: 'eu', histories: [history], steps, warnings: [], ...change };
}

const text = (forecasts: EnvironmentForecast[] | null | undefined) =>
  forecastLines(forecasts).map((line) =>
    line.map((piece) => (typeof piece === 'string' ? piece : piece[1])).join(''),
  );

describe('cli/render/forecast', () => {
  it('says of each step how long it takes, what it can see, and the price', () => {
    expect(text([ahead()])).toEqual([
      '',
      'forecast    eu, at the traffic stable has had',
      '                5 %  about 5 min',
      '                     errors: finds 1.23 % or more beside 0.5 %, in 90 % of cases; at the margin about 20 bad requests',
    ]);
  });

  it.each([
    [
      'slow requests',
      { kind: 'latency' as const, metric: 'latency' },
      'latency: finds 1.23 % of slow requests or more beside 0.5 %, in 90 % of cases; at the margin about 20 slow requests',
    ],
    ['no price', { cost: null }, 'errors: finds 1.23 % or more beside 0.5 %, in 90 % of cases'],
    ['too little', { visible: null }, 'errors: too little traffic to find anything'],
  ])('%s', (_, change, sentence) => {
    const steps = [{ step: 1, weight: 5, likely: 1000, metrics: [{ ...errors, ...change }] }];
    expect(
      text([ahead({ steps })])
        .at(-1)
        ?.trim(),
    ).toBe(sentence);
  });

  it('says why there is none', () => {
    const unknown = { ...history, intervals: 0, detail: 'Prometheus answered 503' };
    const steps = [{ step: 1, weight: 5, likely: 1000, metrics: [] }];
    expect(text([ahead({ histories: [unknown], steps })])).toEqual([
      '',
      '⚠ warning   eu: no forecast for errors: Prometheus answered 503',
    ]);
    expect(text([ahead({ histories: [], steps: [], warnings: ['eu: nobody answered'] })])).toEqual([
      '',
      '⚠ warning   eu: nobody answered',
    ]);
    expect(text(null)[1]).toMatch(/^⚠ warning {3}what the steps can show is not known/);
  });

  it('is silent where nothing is compared, and with a server that knows of none', () => {
    expect(text([ahead({ histories: [], steps: [] })])).toEqual([]);
    expect(text([])).toEqual([]);
    expect(text(undefined)).toEqual([]);
    const { histories: _absent, ...older } = ahead();
    expect(text([older])).toHaveLength(4);
  });
});
