import { CancelledFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  aBake,
  aMeasurementJournal,
  anAttempt,
  createActivityWorld,
  errorShare,
  metricsOf,
  points,
  type ActivityWorld,
} from '../test/support/activity-world.ts';
import { bakeActivities } from './bake.ts';
import type { BakeInput, BakeResult } from './contract.ts';

interface Memory {
  state: { lastIndex: number; looks: number };
  counters: Record<string, Record<string, number>>;
  lookedAt: number;
}

let world: ActivityWorld;
let journal: ReturnType<typeof aMeasurementJournal>;

beforeEach(() => {
  world = createActivityWorld();
  journal = aMeasurementJournal();
});

afterEach(() => {
  vi.restoreAllMocks();
});

function start(input: BakeInput, memory?: unknown) {
  const { env, heartbeats } = anAttempt(memory);
  const { bake } = bakeActivities(world.providers, journal);
  const result = env.run(bake, input) as Promise<BakeResult>;
  result.catch(() => {});
  const last = () => heartbeats.at(-1) as Memory | undefined;
  return { result, last, cancel: () => env.cancel('CANCELLED') };
}

const healthy = (query: string) => points(query.startsWith('bad') ? 0 : 100);
const broken = (query: string) =>
  points(query === 'bad canary' ? 50 : query === 'bad stable' ? 0 : 100);
const indexes = () => journal.measurements.map(({ index }) => index);

describe('activities/bake', () => {
  it('passes as soon as every metric is well', async () => {
    world.answer = healthy;
    const { verdict, memory } = await start(aBake()).result;
    expect(verdict).toMatchObject({ verdict: 'pass', cause: 'ok', looks: 1 });
    expect(memory).toEqual({ reference: { errors: 0 } });
  });

  it('fails after so many breaches in a row, each on record', async () => {
    world.answer = broken;
    const { verdict } = await start(aBake()).result;
    expect(verdict).toMatchObject({ verdict: 'fail', culprit: 'errors', looks: 2 });
    expect(journal.measurements).toHaveLength(2);
    expect(journal.measurements[0]).toMatchObject({
      application: 'shop',
      release: 2,
      environment: 'eu',
      bake: 'shop:2/eu/1.1',
      weight: 5,
      evidence: [{ metric: 'errors', finding: 'breach' }],
    });
  });

  it.each([
    ['no data', { kind: 'noData', detail: 'none' } as const, 'noData'],
    [
      'a provider that is down',
      { kind: 'error', detail: '503', retryable: true } as const,
      'providerError',
    ],
    ['too little traffic', points(3), 'tooLittleTraffic'],
  ])('is without a verdict at the end of its time: %s', async (_, answer, cause) => {
    world.answer = () => answer;
    const limits = { min: 0, max: 100, mode: 'bake' } as const;
    const { verdict } = await start(aBake({ limits })).result;
    const insufficient = cause === 'noData' || cause === 'tooLittleTraffic';
    const name = insufficient ? 'insufficient_data' : 'inconclusive';
    expect(verdict).toMatchObject({ verdict: name, cause });
  });

  it('does not judge the first look at counters', async () => {
    world.cumulative = true;
    // A process that had many errors long before this bake.
    let total = 0;
    world.answer = (query) => points(query.startsWith('bad') ? 900 : (total += 500));
    const { verdict } = await start(aBake()).result;
    expect(verdict.verdict).toBe('pass');
  });

  it('looks once per interval, in rising order', async () => {
    world.answer = healthy;
    const limits = { min: 200, max: 10_000, mode: 'bake' } as const;
    await start(aBake({ limits })).result;
    const seen = indexes();
    expect(seen.length).toBeGreaterThan(2);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('goes on where another worker has stopped, and judges no interval twice', async () => {
    world.cumulative = true;
    let bad = 0;
    let total = 0;
    world.answer = (query) => {
      if (query.endsWith('stable')) return points(query.startsWith('bad') ? 0 : total);
      return points(query.startsWith('bad') ? bad : total);
    };
    const metrics = metricsOf({ ...errorShare, failures: 100 });
    const input = aBake({ metrics, limits: { min: 100_000, max: 200_000, mode: 'bake' } });
    total = 100;
    const first = start(input);
    await expect.poll(() => first.last()?.state.looks ?? 0).toBeGreaterThan(1);
    first.cancel();
    await expect(first.result).rejects.toBeInstanceOf(CancelledFailure);
    const memory = first.last();
    const before = indexes();
    // While nobody looked, half of 200 requests went wrong.
    bad += 100;
    total += 200;
    const second = start(input, memory);
    await expect.poll(() => indexes().length).toBeGreaterThan(before.length);
    second.cancel();
    await expect(second.result).rejects.toBeInstanceOf(CancelledFailure);
    expect(new Set(indexes()).size).toBe(indexes().length);
    const next = journal.measurements[before.length];
    expect(next?.index).toBeGreaterThan(memory?.state.lastIndex ?? Infinity);
    // All that happened in between counts, and once.
    expect(next?.evidence[0]).toMatchObject({ finding: 'breach', canary: 0.5, requests: 200 });
  });

  it('its memory is JSON through and through', async () => {
    world.answer = healthy;
    const running = start(aBake({ limits: { min: 100_000, max: 200_000, mode: 'bake' } }));
    await expect.poll(() => running.last()?.state.looks ?? 0).toBeGreaterThan(0);
    running.cancel();
    await expect(running.result).rejects.toBeInstanceOf(CancelledFailure);
    const memory = running.last();
    expect(JSON.parse(JSON.stringify(memory))).toEqual(memory);
  });

  it('goes on when the clock is set back', async () => {
    world.answer = healthy;
    const real = Date.now.bind(Date);
    let back = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => real() - back);
    const running = start(aBake({ limits: { min: 100_000, max: 200_000, mode: 'bake' } }));
    await expect.poll(() => indexes().length).toBeGreaterThan(1);
    back = 3_600_000;
    const before = indexes().length;
    await expect.poll(() => indexes().length).toBeGreaterThan(before + 2);
    running.cancel();
    await expect(running.result).rejects.toBeInstanceOf(CancelledFailure);
    expect(new Set(indexes()).size).toBe(indexes().length);
    const times = journal.measurements.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
  });

  it('ends at once when it is cancelled, also in the middle of a query', async () => {
    let asked = 0;
    world.answer = (_query, { signal }) => {
      asked += 1;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    };
    const running = start(aBake());
    await expect.poll(() => asked).toBeGreaterThan(0);
    running.cancel();
    await expect(running.result).rejects.toThrow();
    const { length } = world.queries;
    expect(length).toBe(asked);
  });

  it('a guard never passes, and fails on a proven regression', async () => {
    world.answer = healthy;
    const guard = start(aBake({ limits: { min: 0, max: 0, mode: 'guard' } }));
    await expect.poll(() => guard.last()?.state.looks ?? 0).toBeGreaterThan(2);
    world.answer = broken;
    expect((await guard.result).verdict).toMatchObject({ verdict: 'fail', cause: 'breach' });
  });

  it('a journal that is away does not stop it', async () => {
    journal.appendMeasurements = async () => {
      throw new Error('ECONNREFUSED');
    };
    world.answer = broken;
    expect((await start(aBake()).result).verdict.verdict).toBe('fail');
  });

  it('judges by the values of stable from before when that has no traffic any more', async () => {
    const total = (query: string) => query.startsWith('total');
    world.answer = (query) => points(query.endsWith('stable') ? 0 : total(query) ? 100 : 5);
    const metrics = metricsOf({ ...errorShare, ratioToStable: 2 });
    const judged = (errors: number) =>
      start(aBake({ metrics, memory: { reference: { errors } } })).result;
    expect((await judged(0.04)).verdict.verdict).toBe('pass');
    expect((await judged(0.01)).verdict.verdict).toBe('fail');
  });
});
