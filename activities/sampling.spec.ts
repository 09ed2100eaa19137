import { beforeEach, describe, expect, it } from 'vitest';
import { overflowBound } from '../domain/analysis/samples.ts';
import type { MetricSpec } from '../domain/analysis/spec.ts';
import { CrescendoError } from '../domain/errors.ts';
import type { MetricAnswer } from '../providers/metrics/contract.ts';
import {
  aBake,
  createActivityWorld,
  errorShare,
  histogram,
  metricsOf,
  points,
  type ActivityWorld,
} from '../test/support/activity-world.ts';
import { aContext } from '../test/support/call-context.ts';
import type { Counters } from './counters.ts';
import { measure } from './sampling.ts';

let world: ActivityWorld;
let counters: Counters;

beforeEach(() => {
  world = createActivityWorld();
  counters = {};
});

/** Answers by query; what is not listed is one point of 100. */
function answers(table: Record<string, MetricAnswer>): void {
  world.answer = (query) => table[query] ?? points(100);
}

const [errors] = metricsOf(errorShare);
const look = (metric: MetricSpec | undefined = errors, stable: string | null = '1.0.0') => {
  if (!metric) throw new Error('no metric');
  const interval = { from: 1_000_000, to: 1_010_000 };
  return measure(world.providers, aBake({ stable }), metric, interval, counters, aContext());
};
const noData: MetricAnswer = { kind: 'noData', detail: 'no series' };
const error: MetricAnswer = { kind: 'error', detail: 'HTTP 503', retryable: true };

describe('activities/sampling', () => {
  it('asks for both arms, over the interval, with its placeholders filled in', async () => {
    answers({ 'bad canary': points(2), 'bad stable': points(1) });
    expect(await look()).toEqual({
      phase: 'measured',
      canary: { kind: 'ratio', bad: 2, total: 100 },
      stable: { kind: 'ratio', bad: 1, total: 100 },
    });
    expect(world.queries).toHaveLength(4);
    expect(world.queries[0]).toMatchObject({ from: 1_000_000, to: 1_010_000, step: 10_000 });
  });

  it.each([
    ['version', 'v {{version}}', 'v 1.1.0'],
    ['interval', 'rate[{{interval}}]', 'rate[10s]'],
    ['place', '{{application}}/{{environment}}', 'shop/eu'],
  ])('fills in the %s', async (_, value, expected) => {
    const [gauge] = metricsOf({ type: 'gauge', name: 'g', from: 'edge', value, limit: 1 });
    await look(gauge, null);
    expect(world.queries.map(({ query }) => query)).toEqual([expected]);
  });

  it.each<[string, Record<string, MetricAnswer>, string, string]>([
    ['no requests known', { 'total canary': noData }, 'noData', 'no series'],
    [
      'no errors known: that is not health',
      { 'bad canary': noData },
      'noData',
      'add "or vector(0)"',
    ],
    [
      'an answer without points',
      { 'total canary': { kind: 'points', series: [] } },
      'noData',
      'no points',
    ],
    ['a provider that is down', { 'total canary': error }, 'providerError', 'HTTP 503'],
    ['down for stable only', { 'total stable': error }, 'providerError', 'HTTP 503'],
  ])('%s', async (_, table, phase, detail) => {
    answers(table);
    const seen = await look();
    expect(seen.phase).toBe(phase);
    expect(seen.phase !== 'measured' && seen.detail).toContain(detail);
  });

  it('goes on without stable when that has no data', async () => {
    answers({ 'total stable': noData });
    expect(await look()).toMatchObject({ phase: 'measured', stable: null });
  });

  it('asks nothing about stable when there is none', async () => {
    expect(await look(errors, null)).toMatchObject({ phase: 'measured', stable: null });
    expect(world.queries.map(({ query }) => query)).toEqual(['bad canary', 'total canary']);
  });

  it.each([
    ['an error of ours', new CrescendoError('connection_unknown', 'no connection "edge"')],
    ['any other error', new TypeError('x is not a function')],
  ])('a provider that throws %s is a provider error', async (_, thrown) => {
    world.answer = () => {
      throw thrown;
    };
    expect(await look()).toEqual({ phase: 'providerError', detail: thrown.message });
  });

  it('a cancelled look is no observation', async () => {
    const controller = new AbortController();
    world.answer = () => {
      controller.abort(new Error('cancelled'));
      throw new Error('socket closed');
    };
    const interval = { from: 0, to: 10 };
    if (!errors) throw new Error('no metric');
    const context = aContext(controller.signal);
    await expect(
      measure(world.providers, aBake(), errors, interval, counters, context),
    ).rejects.toThrow('cancelled');
  });

  it('uses the built-in queries of a provider, and says when there are none', async () => {
    const [signal] = metricsOf({ signal: 'errors', from: 'edge', limit: '1%' });
    expect(await look(signal)).toMatchObject({ phase: 'providerError' });
    world.signals = () => ({ errors: { type: 'ratio', bad: 'b', total: 't' } });
    answers({ b: points(3) });
    expect(await look(signal)).toMatchObject({ canary: { kind: 'ratio', bad: 3, total: 100 } });
  });
});

describe('activities/sampling: several series', () => {
  const two = (...values: number[]): MetricAnswer => ({
    kind: 'points',
    series: values.map((value, index) => ({
      labels: { instance: String(index) },
      points: [[0, value]],
    })),
  });

  it('adds counts of several instances up', async () => {
    answers({ 'bad canary': two(1, 2), 'total canary': two(30, 40) });
    expect(await look()).toMatchObject({ canary: { bad: 3, total: 70 } });
  });

  it('refuses a gauge of several series, and says what to do', async () => {
    const [gauge] = metricsOf({ type: 'gauge', name: 'load', from: 'edge', value: 'v', limit: 1 });
    answers({ v: two(1, 2) });
    expect(await look(gauge)).toMatchObject({
      phase: 'providerError',
      detail: expect.stringContaining('2 series where one is needed') as string,
    });
  });

  it('takes the latest point of a series', async () => {
    const [gauge] = metricsOf({ type: 'gauge', name: 'load', from: 'edge', value: 'v', limit: 1 });
    answers({
      v: {
        kind: 'points',
        series: [
          {
            labels: {},
            points: [
              [0, 1],
              [1, 2],
            ],
          },
        ],
      },
    });
    expect(await look(gauge)).toMatchObject({ canary: { kind: 'gauge', value: 2 } });
  });

  it.each([
    [
      'milliseconds by default',
      {},
      [
        [100, 5],
        [250, 9],
        [overflowBound, 10],
      ],
    ],
    [
      'seconds, as Prometheus has them',
      { unit: 's' },
      [
        [100_000, 5],
        [250_000, 9],
        [overflowBound, 10],
      ],
    ],
  ])('buckets in %s', async (_, unit, buckets) => {
    const [latency] = metricsOf({
      type: 'latency',
      name: 'latency',
      from: 'edge',
      buckets: 'h',
      limit: '1s',
      ...unit,
    });
    // In any order, and `+Inf` where it happens to be.
    answers({ h: histogram({ '+Inf': 10, '250': 9, '100': 5 }) });
    expect(await look(latency)).toMatchObject({ canary: { kind: 'latency', buckets } });
  });
});

describe('activities/sampling: raw counters', () => {
  beforeEach(() => {
    world.cumulative = true;
    answers({});
  });

  it('the first look only remembers', async () => {
    expect(await look()).toEqual({ phase: 'noData', detail: 'first look at a counter' });
    answers({ 'bad canary': points(103), 'total canary': points(160) });
    expect(await look()).toMatchObject({ canary: { bad: 3, total: 60 } });
  });

  it('a counter that begins anew counts from zero', async () => {
    await look();
    answers({ 'bad canary': points(100), 'total canary': points(30) });
    expect(await look()).toMatchObject({ canary: { bad: 0, total: 30 } });
  });

  it('a series that appears later has counted all of it meanwhile', async () => {
    answers({ 'bad canary': noData });
    expect(await look()).toMatchObject({ phase: 'noData' });
    answers({ 'bad canary': points(0, { code: '500' }) });
    await look();
    answers({
      'bad canary': {
        kind: 'points',
        series: [
          { labels: { code: '500' }, points: [[0, 2]] },
          { labels: { code: '503' }, points: [[0, 5]] },
        ],
      },
      'total canary': points(200),
    });
    expect(await look()).toMatchObject({ canary: { bad: 7, total: 100 } });
  });

  it('a metric may say itself that it is a counter, or that it is none', async () => {
    world.cumulative = false;
    const [counter] = metricsOf({ ...errorShare, cumulative: true });
    expect(await look(counter)).toMatchObject({ phase: 'noData' });
    world.cumulative = true;
    const [rate] = metricsOf({ ...errorShare, cumulative: false });
    expect(await look(rate)).toMatchObject({ phase: 'measured' });
  });

  it('half an answer changes no counter: errors and requests stay of the same time', async () => {
    await look();
    answers({ 'bad canary': error, 'total canary': points(1100) });
    expect(await look()).toMatchObject({ phase: 'providerError' });
    answers({ 'bad canary': noData, 'total canary': points(1100) });
    expect(await look()).toMatchObject({ phase: 'noData' });
    answers({ 'bad canary': points(120), 'total canary': points(2100) });
    expect(await look()).toMatchObject({ canary: { bad: 20, total: 2000 } });
  });
});
