import { describe, expect, it } from 'vitest';
import type { MetricHistory } from '../events.ts';
import type { Step } from '../strategy.ts';
import { forecast, forecastWarnings } from './forecast.ts';
import { analysisSchema } from './spec.ts';

const minutes = 60_000;
const errors = { signal: 'errors', from: 'edge' };

function steps(...weights: number[]): Step[] {
  const bake = { min: 2 * minutes, max: 60 * minutes };
  return weights.map((weight, index) => ({ number: index + 1, weight, bake }));
}

function past(requestsPerSecond: number, rate: number): MetricHistory {
  const seen = { intervals: 180, calibrated: true, detail: null };
  return { metric: 'errors', requestsPerSecond, rate, ...seen };
}

function look(weights: Step[], history: MetricHistory[], metrics: object[] = [errors]) {
  const { metrics: read, ...settings } = analysisSchema.parse({ metrics });
  return forecast(weights, read, settings, history);
}

describe('domain/analysis/forecast', () => {
  // Statistics e2: at 0.5 % and a share of 5 %, half of the healthy canaries pass after 12 and 1.5 min.
  it.each([
    [100, 12],
    [1000, 1.5],
  ])('at %d requests/s a healthy canary passes as soon as was measured', (pace, expected) => {
    const [first] = look(steps(5), [past(pace, 0.005)]);
    const pass = (first?.metrics[0]?.pass ?? 0) / minutes;
    expect(pass).toBeGreaterThan(expected * 0.6);
    expect(pass).toBeLessThan(expected * 1.8);
  });

  it('sees smaller regressions with more traffic, and none with next to none', () => {
    const visible = (pace: number) => look(steps(5), [past(pace, 0.005)])[0]?.metrics[0]?.visible;
    expect(visible(0.001)).toBeNull();
    // e1: of 0.5 → 2 % at 10/s 98 % are found within the hour, of 0.5 → 1 % only 18 %.
    expect(visible(10)).toBeGreaterThan(0.01);
    expect(visible(10)).toBeLessThan(0.02);
    expect(visible(1000)).toBeLessThan(visible(100) ?? 0);
    expect(visible(100)).toBeLessThan(visible(10) ?? 0);
  });

  it('carries the evidence on, so that later steps are shorter', () => {
    const [first, second] = look(steps(5, 25), [past(100, 0.005)]);
    expect(second?.likely).toBe(2 * minutes);
    expect(first?.likely).toBeGreaterThan(2 * minutes);
  });

  it('says what a version at the margin costs until it is found', () => {
    const [first] = look(steps(5), [past(100, 0.005)]);
    // Between the tolerance and far beyond: some tens of bad requests.
    expect(first?.metrics[0]?.cost).toBeGreaterThan(5);
    expect(first?.metrics[0]?.cost).toBeLessThan(200);
    expect(look(steps(1), [past(1, 0.005)])[0]?.metrics[0]?.cost).toBeNull();
  });

  it('warns of steps that cannot tell anything', () => {
    expect(forecastWarnings(look(steps(5), [past(0.001, 0.005)]))).toEqual([
      "step 1 (5 %): errors has too little traffic to find any regression within the step's max",
    ]);
    expect(forecastWarnings(look(steps(5), [past(1, 0.005)]))[0]).toContain('not expected to pass');
    expect(forecastWarnings(look(steps(5), [past(1000, 0.005)]))).toEqual([]);
  });

  it('says nothing of what it does not know', () => {
    expect(look(steps(5), [])[0]).toMatchObject({ likely: 60 * minutes, metrics: [] });
    const bound = { ...errors, limit: '1%' };
    expect(look(steps(5), [past(100, 0.005)], [bound])[0]?.metrics).toEqual([]);
    const nothing = { ...past(100, 0.005), requestsPerSecond: null, rate: null };
    expect(look(steps(5), [nothing])[0]?.metrics).toEqual([]);
  });
});
