/** The promises of the design, on the real workflows: random specifications on random days. */

import fc from 'fast-check';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { advance, newRelease } from '../../domain/progress.ts';
import { outcomes } from '../../domain/release.ts';
import type { Spec } from '../../domain/spec.ts';
import { before } from '../../rehearsal/before.ts';
import { rehearse } from '../../rehearsal/rehearse.ts';
import type { Report } from '../../rehearsal/report.ts';
import type { Scenario } from '../../rehearsal/scenario.ts';
import { openStage, type Stage } from '../../rehearsal/stage.ts';
import type { World } from '../../rehearsal/world.ts';
import { scenarios, specs } from '../support/arbitraries.ts';
import { expectOneVersion, expectRecord } from '../support/promises.ts';

/** CRESCENDO_PROPERTY_SEED repeats a run that failed, CRESCENDO_PROPERTY_RUNS plays more of them. */
const seed = Number(process.env['CRESCENDO_PROPERTY_SEED'] ?? Date.now() % 1_000_000_000);
const runs = Number(process.env['CRESCENDO_PROPERTY_RUNS'] ?? 30);
/** Each waits mostly for its own server. */
const atOnce = 3;

interface Course {
  spec: Spec;
  scenario: Scenario;
}

const courses = fc
  .record({ spec: specs('envoy'), scenario: scenarios })
  .filter(({ spec, scenario }) => 'plan' in before(spec, scenario).planned);

describe('promises of a release', () => {
  let stage: Stage;
  beforeAll(async () => {
    const environment = { ...process.env, CRESCENDO_TEMPORAL_TEST_SERVER: inject('testServer') };
    stage = await openStage({ environment });
  });

  async function check(course: Course, index: number): Promise<void> {
    let world: World | undefined;
    try {
      const report = await rehearse(stage, course.spec, course.scenario, (end) => (world = end));
      expect(world).toBeDefined();
      if (world) expectPromises(course.spec, report, world);
    } catch (error) {
      const again = `CRESCENDO_PROPERTY_SEED=${seed} CRESCENDO_PROPERTY_RUNS=${runs}`;
      const course_ = JSON.stringify(course);
      throw new Error(`run ${index + 1} of ${again}: ${String(error)}\n${course_}`, {
        cause: error,
      });
    }
  }

  it(`holds on ${runs} random days`, { timeout: 900_000 }, async () => {
    const days = fc.sample(courses, { seed, numRuns: runs });
    const lanes = Array.from({ length: atOnce }, async (_, lane) => {
      for (let index = lane; index < days.length; index += atOnce) await check(days[index]!, index);
    });
    await Promise.all(lanes);
  });
});

function expectPromises(spec: Spec, report: Report, { places, entries }: World): void {
  expect(outcomes).toContain(report.outcome);
  expectOneVersion(places);
  expectRecord({ entries, shifts: places.shifts });
  for (const [environment, live] of Object.entries(report.live)) {
    const serving = places.shares[environment]?.find(({ weight }) => weight === 100);
    if (places.shares[environment]) expect(serving?.version ?? null).toBe(live);
    if (live !== null) expect([...(places.running[environment] ?? [])]).toContain(live);
  }
  expectRetiredLate(spec, report, entries);
  expectFold(report, entries);
}

/** The old version goes only where the release has gone all the way, and with scope `release` everywhere. */
function expectRetiredLate({ rollback }: Spec, report: Report, entries: World['entries']): void {
  const warm = entries.find(({ event }) => event.type === 'release.warm')?.event.at;
  for (const { event } of entries) {
    if (event.type !== 'version.retired' || event.version !== 'stable') continue;
    expect(report.live[event.environment]).toBe('candidate');
    if (warm === undefined && rollback.scope !== 'release') continue;
    expect(warm, `${event.environment} retired stable`).toBeDefined();
    expect(Date.parse(event.at)).toBeGreaterThan(Date.parse(warm ?? ''));
  }
}

/** The record alone tells how it ended. */
function expectFold({ outcome, sentence, start }: Report, entries: World['entries']): void {
  const first = newRelease({ application: 'shop', number: 1 }, start);
  const end = entries.reduce((progress, { event }) => advance(progress, event), first);
  expect(end).toMatchObject({ outcome, sentence, stage: 'ended' });
}
