import { beforeAll, describe, expect, inject, it } from 'vitest';
import { specSchema, type Spec, type SpecInput } from '../domain/spec.ts';
import { aProduction, aSpecInput } from '../test/support/builders.ts';
import { scenarioSchema, type ScenarioInput } from './scenario.ts';
import { rehearse } from './rehearse.ts';
import type { Report } from './report.ts';
import { openStage, type Stage } from './stage.ts';

function aSpec(change: Partial<SpecInput> = {}): Spec {
  const { environments } = aSpecInput();
  const router = { envoy: {} };
  const eu = { ...environments['eu']!, router };
  const us = { ...environments['us']!, router };
  const places = { staging: environments['staging']!, eu, us };
  return specSchema.parse({ ...aSpecInput(), environments: places, ...change });
}

const said = ({ rows }: Report, pattern: RegExp) => rows.filter(({ what }) => pattern.test(what));
const minutes = (report: Report, pattern: RegExp, since = 0) =>
  said(report, pattern).map(({ after }) => Math.round((after - since) / 60_000));
/** When production first got traffic: a busy machine takes its time until then. */
const opening = (report: Report) => said(report, /^traffic stable 95/)[0]?.after ?? 0;

describe('rehearsal/rehearse', { timeout: 300_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    const environment = { ...process.env, CRESCENDO_TEMPORAL_TEST_SERVER: inject('testServer') };
    stage = await openStage({ environment });
  });
  const play = (spec: Spec, scenario: Omit<ScenarioInput, 'name'>) =>
    rehearse(stage, spec, scenarioSchema.parse({ name: 'scene', ...scenario }));

  it('goes all the way when everything passes, each step after its min', async () => {
    const report = await play(aSpec(), {});
    expect(report).toMatchObject({
      outcome: 'succeeded',
      live: { staging: 'candidate', eu: 'candidate' },
      highest: { eu: 100 },
      quarantined: null,
      surprises: [],
    });
    expect(said(report, /^traffic/).map(({ weight }) => weight)).toEqual([100, 5, 25, 100]);
    expect(minutes(report, /^step/, opening(report))).toEqual([2, 4, 6]);
  });

  it('goes back from the step at which the script says fail', async () => {
    const report = await play(aSpec(), { evidence: [{ from: '25%', is: 'fail' }] });
    expect(report).toMatchObject({
      outcome: 'rolled_back',
      live: { staging: 'stable', eu: 'stable' },
      highest: { eu: 25 },
    });
    expect(report.quarantined).toContain('the candidate is worse');
    expect(minutes(report, /^all traffic back/, opening(report))).toEqual([4]);
    // Staging has nobody to watch; production is watched for a minute.
    expect(minutes(report, /^rollback verified/, opening(report))).toEqual([4, 5]);
  });

  it('waits in its time for windows and for people, who act to the minute', async () => {
    const window = {
      rrule: 'FREQ=WEEKLY;BYDAY=SU;BYHOUR=2',
      timezone: 'Europe/Berlin',
      duration: '7h',
    };
    const start = { rrule: 'FREQ=WEEKLY;BYDAY=SA;BYHOUR=12', timezone: 'Europe/Berlin' };
    const { environments } = aSpec();
    const eu = { ...aSpecInput().environments['eu']!, router: { envoy: {} }, window };
    const spec = aSpec({
      environments: { ...aSpecInput().environments, eu, us: { ...eu, window: undefined } },
      production: aProduction({ gates: [{ before: '25%', expires: '4h' }] }),
    });
    expect(environments['eu']?.windows).toEqual([]);
    const report = await play(spec, {
      start,
      approvers: 'absent',
      evidence: [{ from: 'step 3', is: 'noData' }],
      people: [
        { who: 'jane', does: 'approve', when: 'gate 25%', after: '90m' },
        { who: 'joe', does: 'approve', when: 'gate 25%', after: '2h' },
        { who: 'joe', does: 'promote', when: 'hold', after: '30m', reason: 'looked at the logs' },
      ],
    });
    expect(new Date(report.start).getUTCDay()).toBe(6);
    const night = 14 * 60;
    expect(minutes(report, /^traffic stable 95/)).toEqual([night]);
    expect(minutes(report, /^gate "25%": open/)).toEqual([night + 2 + 90]);
    expect(said(report, /^approve of joe is refused: .*no gate is open/)).toHaveLength(1);
    const held = night + 2 + 90 + 2 + 20;
    expect(minutes(report, /^held: waits for promote/)).toEqual([held]);
    expect(minutes(report, /promoted by joe/)).toEqual([held + 30]);
    expect(report.outcome).toBe('succeeded');
  });

  it('takes a step a month for a year, in seconds', async () => {
    const window = {
      rrule: 'FREQ=MONTHLY;BYDAY=1SU;BYHOUR=2;BYMINUTE=30',
      timezone: 'America/New_York',
      duration: '1h',
    };
    const eu = { ...aSpecInput().environments['eu']!, router: { envoy: {} }, window };
    const steps = [1, 2, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100];
    const strategy = { canary: { steps, bake: { min: '1h', max: '2h' } } };
    const environments = { ...aSpecInput().environments, eu, us: { ...eu, window: undefined } };
    const spec = aSpec({ environments, production: aProduction({ strategy }) });
    const report = await play(spec, {});
    expect(report.outcome).toBe('succeeded');
    const rises = said(report, /^traffic stable/).filter(({ environment }) => environment === 'eu');
    expect(rises.map(({ weight }) => weight)).toEqual(steps);
    const local = rises.map(({ at }) =>
      new Date(at).toLocaleString('sv', { timeZone: 'America/New_York' }),
    );
    const months = local.map((text) => text.slice(0, 7));
    expect(new Set(months).size).toBe(steps.length);
    // In March the second Sunday skips this hour, the first does not.
    for (const text of local) expect(text).toMatch(/^\d{4}-\d\d-0[1-7] 02:3\d:/);
    expect(said(report, /^held: waits for the maintenance window/)).toHaveLength(
      rises[0] && rises[0].after < 60_000 ? 11 : 12,
    );
  });

  it('an approver who is there approves as somebody who may', async () => {
    const allow = { roles: ['qa'], people: ['initiator', 'ann'] };
    const gate = { before: 'production', approvals: 3, allow, exclude: ['initiator' as const] };
    const spec = aSpec({ production: aProduction({ gates: [gate] }) });
    const report = await play(spec, {});
    expect(report.outcome).toBe('succeeded');
    expect(said(report, /approved by ann, approver-1, approver-2/)).toHaveLength(1);
    const alone = await play(spec, { approvers: 'absent', expect: { outcome: 'succeeded' } });
    expect(alone.outcome).toBe('rejected');
    expect(alone.surprises).toEqual([expect.stringContaining('expected outcome succeeded')]);
  });

  it('a router that is away on the way back is waited for, and comes back', async () => {
    const report = await play(aSpec(), {
      evidence: [{ from: 'step 2', is: 'fail' }],
      faults: [{ of: 'router', from: 'rollback', for: '25m' }],
      expect: { live: { eu: 'stable' }, within: '10m', highest: { eu: 5 } },
    });
    expect(report).toMatchObject({ outcome: 'rolled_back', live: { eu: 'stable' } });
    expect(said(report, /^rollback delayed/)).toHaveLength(1);
    expect(report.surprises).toEqual([
      'expected at most 5 % in eu, the candidate had 25 %',
      expect.stringMatching(/^expected its end within 10m, it took \d+m/),
    ]);
  });

  it('a round trip finds what does not run any more, and rejects before production', async () => {
    const spec = aSpec({ rollback: { rehearse: true } });
    const well = await play(spec, {});
    expect(well.outcome).toBe('succeeded');
    expect(said(well, /^round trip: stable runs after candidate was there/)).toHaveLength(1);
    const report = await play(spec, { wayBack: { smoke: 'fail' } });
    expect(report).toMatchObject({
      outcome: 'rejected',
      live: { staging: 'stable', eu: 'stable' },
    });
    expect(report.sentence).toContain(
      'stable does not run after candidate was there: test "smoke"',
    );
    expect(report.highest['eu']).toBeUndefined();
  });

  it('a first release, on the queue of an environment, with an outage that ends in time', async () => {
    const { environments } = aSpecInput();
    const eu = { ...environments['eu']!, router: { envoy: {} }, worker: 'eu-private' };
    const analysis = { metrics: [{ signal: 'errors' as const, from: 'edge', limit: '1%' }] };
    const report = await play(aSpec({ environments: { ...environments, eu }, analysis }), {
      first: true,
      evidence: [{ is: 'providerError', for: '5m' }],
      faults: [{ of: 'target', for: '10m' }],
    });
    expect(report).toMatchObject({ outcome: 'succeeded', live: { eu: 'candidate' } });
    expect(minutes(report, /pass/).at(-1)).toBeGreaterThanOrEqual(17);
  });
});
