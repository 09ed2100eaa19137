/** expectPromises: what has to be true of every scene, whatever was played. */

import { expect } from 'vitest';
import type { JournalEntry } from '../../domain/events.ts';
import { briefly, isLargePlan } from '../../domain/brief.ts';
import { parseReleaseId } from '../../domain/ids.ts';
import { advance, newRelease, type ReleaseProgress } from '../../domain/progress.ts';
import { unpack } from '../../domain/pack.ts';
import { rolloutsOf } from '../../domain/plan.ts';
import type { TrafficShare } from '../../domain/release.ts';
import type { Step } from '../../domain/strategy.ts';
import { writeRules } from '../../domain/traffic.ts';
import type { FakeWorld } from './fake-world.ts';
import type { Scene } from './scene.ts';

/** Checks the world against the design's promises, and the journal against every ended release. */
export async function expectPromises(scene: Scene): Promise<void> {
  expectRecord(scene.world);
  if (await isGuarded(scene)) await expectSettled(scene);
}

type Recorded = Pick<FakeWorld, 'entries' | 'shifts'>;

/** What the record and the shifts have to show at any time, whoever kept them. */
export function expectRecord(recorded: Recorded): void {
  expectRisingFences(recorded);
  expectGaplessJournal(recorded);
  expectApprovedWeights(recorded);
}

async function isGuarded({ guardian }: Scene): Promise<boolean> {
  const description = await guardian().describe();
  return description.status.name === 'RUNNING';
}

async function expectSettled({ state, progress, world }: Scene): Promise<void> {
  const { nextRelease, lane } = await state();
  for (let number = 1; number < nextRelease; number += 1) {
    const seen = await progress(number);
    if (seen.stage === 'ended' && !isRecovered(world, number)) expectSameFold(world, seen);
  }
  if (lane.active !== null) return;
  expectOneVersion(world);
  const { ledger, spec } = await state();
  const { environments } = ledger;
  for (const [environment, shares] of Object.entries(world.shares)) {
    // Another application's: a group has several.
    if (!spec?.environments[environment]) continue;
    const serving = shares.find(({ weight }) => weight === 100)?.version ?? null;
    expect(environments[environment]?.live ?? null, `ledger of ${environment}`).toBe(serving);
  }
}

/** An earlier run was lost: its record ends where it was cut off. */
function isRecovered(world: FakeWorld, number: number): boolean {
  return world.entries.some(({ release, source }) => release === number && source.includes('#'));
}

/** With nothing under way every router sends all to one version, or knows none at all. */
export function expectOneVersion({ shares }: Pick<FakeWorld, 'shares'>): void {
  for (const [environment, seen] of Object.entries(shares)) {
    const weights = seen.filter(({ weight }) => weight > 0).map(({ weight }) => weight);
    expect(weights, `router of ${environment}`).toEqual(seen.length === 0 ? [] : [100]);
    const rules = seen.map((share) => writeRules(share.rules)).filter(Boolean);
    expect(rules, `rules left in the router of ${environment}`).toEqual([]);
  }
}

function expectRisingFences({ shifts }: Recorded): void {
  const last: Record<string, number> = {};
  for (const { environment, fence } of shifts) {
    expect(fence).toBeGreaterThanOrEqual(last[environment] ?? 0);
    last[environment] = fence;
  }
}

function expectGaplessJournal({ entries }: Recorded): void {
  const sources = bySource(entries);
  for (const [source, list] of sources) {
    const sequences = [...new Set(list.map(({ sequence }) => sequence))].sort((a, b) => a - b);
    expect(sequences, `sequence of ${source}`).toEqual(sequences.map((_, index) => index + 1));
  }
}

/** What the journal tells is what the release itself knows. */
function expectSameFold(world: FakeWorld, seen: ReleaseProgress): void {
  const id = parseReleaseId(seen.id);
  const entries = world.entries.filter(({ release, application }) => {
    return release === id?.number && application === id.application;
  });
  const [first] = entries;
  if (!first || !id) throw new Error(`nothing is on record of ${seen.id}`);
  const start = newRelease(id, first.event.at);
  const brief = isLargePlan(seen.plan);
  const folded = entries.reduce((progress, { event }) => {
    const known = brief && event.environment !== null ? briefly(event) : event;
    return known ? advance(progress, known) : progress;
  }, start);
  expect(folded).toEqual(seen);
}

/** Each rise of a candidate needs a pass or a promotion of the step before, in the journal. */
function expectApprovedWeights({ entries, shifts }: Recorded): void {
  const rollouts = bySource(entries);
  for (const [source, list] of rollouts) {
    const started = list.find(({ event }) => event.type === 'rollout.started')?.event;
    if (started?.type !== 'rollout.started') continue;
    const { environment } = started;
    const reaches = stepsOf(entries, list[0], environment).map(extent);
    const candidate = candidateOf(list);
    const [first] = list;
    if (!candidate || !first) continue;
    const attempt = Number(source.split('#')[1] ?? 1);
    const turn = turnOf(entries, first);
    const seen = shifts
      .filter((shift) => shift.environment === environment)
      .filter(({ fence }) => Math.floor(fence / 10_000) === turn * 100 + attempt)
      .map(({ shares }) => extent(shares.find(({ version }) => version === candidate)));
    const rises = seen.filter((weight, index) => weight > Math.max(0, ...seen.slice(0, index)));
    const allowed = [reaches[0] ?? 0, ...approvals(list, reaches)];
    rises.forEach((weight, index) => {
      expect(weight, `rise ${index + 1} of ${source}`).toBeLessThanOrEqual(allowed[index] ?? -1);
    });
  }
}

function isOfSame(entry: JournalEntry, first: JournalEntry | undefined): boolean {
  return entry.release === first?.release && entry.application === first.application;
}

function turnOf(entries: readonly JournalEntry[], first: JournalEntry): number {
  const own = entries.filter((entry) => isOfSame(entry, first));
  const turns = own.flatMap(({ event }) => {
    return event.type === 'release.admitted' ? (event.turn ?? first.release) : [];
  });
  return turns.at(-1) ?? first.release;
}

function stepsOf(
  entries: readonly JournalEntry[],
  first: JournalEntry | undefined,
  environment: string,
): Step[] {
  const own = entries.filter((entry) => isOfSame(entry, first));
  const plans = own.flatMap(({ event }) =>
    event.type === 'release.admitted' ? unpack(event.plan) : [],
  );
  const rollouts = plans.flatMap((plan) => rolloutsOf(plan));
  return rollouts.find((rollout) => rollout.environment === environment)?.steps ?? [];
}

/** How much of the audience a share reaches, as a number that every further step makes higher. */
function extent(share: Pick<TrafficShare, 'weight' | 'rules'> | undefined): number {
  const { weight = 0, rules = {} } = share ?? {};
  return weight * 1e6 + (rules.rings?.length ?? 0) * 1e3 + (rules.mirror ?? 0);
}

/** The furthest that each approved step allows, in order. */
function approvals(list: readonly JournalEntry[], reaches: readonly number[]): number[] {
  const steps = new Map<number, number>();
  for (const { event } of list) {
    if (event.type !== 'bake.promoted' && event.type !== 'bake.finished') continue;
    if (event.type === 'bake.finished' && event.verdict.verdict !== 'pass') continue;
    const full = event.type === 'bake.promoted' && event.full === true;
    const next = full ? 100e6 : (reaches[event.step] ?? 100e6);
    steps.set(event.step, Math.max(next, steps.get(event.step) ?? 0));
  }
  return [...steps.values()];
}

function bySource(entries: readonly JournalEntry[]): Map<string, JournalEntry[]> {
  const sources = new Map<string, JournalEntry[]>();
  for (const entry of entries) {
    sources.set(entry.source, [...(sources.get(entry.source) ?? []), entry]);
  }
  return sources;
}

function candidateOf(list: readonly JournalEntry[]): string | null {
  for (const { event } of list) if (event.type === 'version.deploying') return event.version;
  return null;
}
