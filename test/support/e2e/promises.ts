/** What must hold for every release, however it went: checked against the journal and the samples. */

import { expect } from 'vitest';
import type { RecordedEntry } from '../../../cli/answers.ts';
import type { Measurement } from '../../../domain/events.ts';
import type { Weights, WeightSample } from './envoy-weights.ts';
import type { E2eStack } from './stack.ts';

type Entries = readonly RecordedEntry[];

const environment = 'production';

export interface Kept {
  /** What Envoy must do in the end. */
  final: Weights;
  /** A promotion went straight to 100 %. */
  full?: boolean;
}

/** All of it for one ended release; answers its entries and the weights of its steps, for more. */
export async function expectKept(e2e: E2eStack, id: string, { final, full = false }: Kept) {
  const [entries, measurements] = await Promise.all([e2e.entries(id), e2e.measurements(id)]);
  const version = entries.flatMap(({ event }) =>
    event.type === 'release.submitted' ? event.version.name : [],
  )[0];
  const site = `${id.split(':')[0]}_${environment}`;
  expectGapless(entries);
  // Who follows a release stops here and must not miss anything.
  expect(entries.at(-1)?.event.type).toBe('release.ended');
  await expectComplete(e2e, id);
  expectNeverAbove(e2e.sampler.samples, site, version ?? '', approvalsOf(entries, full));
  expect(await e2e.weights(site)).toEqual(final);
  return { entries, steps: stepsOnce(entries), bakes: bakeRecords(entries, measurements) };
}

interface Approval {
  /** Epoch milliseconds from which on the weight is allowed. */
  at: number;
  weight: number;
}

/** The journal tells the same story as the workflow itself: nothing is missing, nothing is twice. */
export async function expectComplete(e2e: E2eStack, id: string): Promise<void> {
  const { body } = await e2e.send('GET', `/releases/${id}`);
  const { allowedActions: _actions, links: _links, overview: _overview, ...recorded } = body;
  expect(recorded).toEqual(
    await e2e.temporal.workflow.getHandle(`release:${id}`).query('progress'),
  );
}

/** Every source counts 1, 2, 3, … and no position is given out twice. */
export function expectGapless(entries: Entries): void {
  const sources = groupBy(entries, ({ source }) => source);
  for (const [source, own] of sources) {
    const sequences = own.map(({ sequence }) => sequence).sort((a, b) => a - b);
    expect(sequences, source).toEqual(sequences.map((_, index) => index + 1));
  }
  const positions = entries.map(({ position }) => position);
  expect(new Set(positions).size).toBe(positions.length);
}

/**
 * What the journal allows the candidate, as a staircase: the first weight once it
 * has been deployed and tested, the next one with each pass or promotion, none from the moment a
 * rollback is verified. `full` says that promotions went straight to 100 %.
 */
export function approvalsOf(entries: Entries, full: boolean): Approval[] {
  const approvals: Approval[] = [{ at: 0, weight: 0 }];
  let weights: number[] = [];
  let ready = 0;
  for (const { event } of entries) {
    if (event.environment !== environment) continue;
    const at = Date.parse(event.at);
    if (event.type === 'rollout.started') weights = event.weights;
    if (event.type === 'version.deployed' || event.type === 'test.finished') {
      ready = at;
      approvals[1] = { at: ready, weight: weights[0] ?? 0 };
    }
    if (event.type === 'bake.finished' && event.verdict.verdict === 'pass') {
      approvals.push({ at, weight: weights[event.step] ?? 100 });
    }
    if (event.type === 'bake.promoted') {
      approvals.push({ at, weight: full ? 100 : (weights[event.step] ?? 100) });
    }
    if (event.type === 'rollback.verified') approvals.push({ at, weight: 0 });
  }
  return approvals;
}

/** No sample shows the candidate above what had been approved when the answer came. */
export function expectNeverAbove(
  samples: readonly WeightSample[],
  site: string,
  version: string,
  approvals: readonly Approval[],
): void {
  const relevant = samples.filter(({ sites }) => sites[site]?.[version] !== undefined);
  // A sampler that saw nothing proves nothing.
  expect(relevant.length).toBeGreaterThan(0);
  const tooHigh = relevant.flatMap(({ asked, answered, sites }) => {
    const weight = sites[site]?.[version] ?? 0;
    const allowed = Math.max(allowedAt(approvals, asked), allowedAt(approvals, answered));
    return weight > allowed ? [{ weight, allowed, at: new Date(answered).toISOString() }] : [];
  });
  expect(tooHigh).toEqual([]);
  for (const { sites } of relevant) {
    const total = Object.values(sites[site] ?? {}).reduce((sum, weight) => sum + weight, 0);
    expect(total).toBeCloseTo(100, 5);
  }
}

function allowedAt(approvals: readonly Approval[], time: number): number {
  return approvals.findLast(({ at }) => at <= time)?.weight ?? 0;
}

/** The weights of the steps: each was taken once, in order, and higher than the last. */
export function stepsOnce(entries: Entries): number[] {
  const steps = entries.flatMap(({ event }) => {
    if (event.environment !== environment || event.type !== 'traffic.shifted') return [];
    return event.step === null ? [] : [{ step: event.step, weight: event.weight }];
  });
  expect(steps.map(({ step }) => step)).toEqual(
    [...new Set(steps.map(({ step }) => step))].sort((a, b) => a - b),
  );
  const weights = steps.map(({ weight }) => weight);
  expect(weights).toEqual(weights.toSorted((a, b) => a - b));
  return weights;
}

export interface BakeRecord {
  bake: string;
  recorded: number;
  /** What the judge counted. */
  looks: number;
}

/** Looks of the judge beside the recorded ones, for every bake that came to a verdict. */
function bakeRecords(entries: Entries, measurements: readonly Measurement[]): BakeRecord[] {
  const bakes = groupBy(measurements, ({ bake }) => bake);
  for (const [bake, own] of bakes) {
    const indexes = own.map(({ index }) => index);
    expect(new Set(indexes).size, bake).toBe(indexes.length);
  }
  const verdicts = entries.flatMap(({ event }) =>
    event.environment === environment && event.type === 'bake.finished' ? [event] : [],
  );
  return verdicts.map((event) => {
    const started = entries.filter(
      ({ event: other }) =>
        other.environment === environment && other.type === 'bake.started' && other.at <= event.at,
    );
    const bake = [...bakes.keys()].find((id) => id.endsWith(`.${started.length}`)) ?? '(none)';
    return { bake, recorded: bakes.get(bake)?.length ?? 0, looks: event.verdict.looks };
  });
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
