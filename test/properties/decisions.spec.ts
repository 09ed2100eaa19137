/** The promises of the design, on what is decided: plans, ledgers, waves, calendars and the fold. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarActivities } from '../../activities/calendar.ts';
import type { CrescendoEvent } from '../../domain/events.ts';
import { lastGood } from '../../domain/ledger.ts';
import { planRelease, rolloutsOf } from '../../domain/plan.ts';
import { advance, newRelease } from '../../domain/progress.ts';
import { newRollout, type RolloutProgress } from '../../domain/rollout-progress.ts';
import type { TrafficShare } from '../../domain/release.ts';
import { haltOf, returnOrder } from '../../domain/waves.ts';
import { shareOf } from '../../domain/gate-place.ts';
import { ledgers, specs } from '../support/arbitraries.ts';
import { aVersion } from '../support/builders.ts';
import { aVerdict, aWait, jane, joe } from '../support/situations.ts';

const candidate = aVersion('2.0.0');
const powers = { header: true, cookie: true, mirror: true, sticky: true };
const granularities = fc.constantFrom(0.01, 0.5, 1, 5);

const planned = fc
  .record({ spec: specs('fake'), ledger: ledgers, granularity: granularities })
  .map(({ spec, ledger, granularity }) => {
    const context = { ledger, powers: { fake: { granularity, ...powers } } };
    return { spec, ledger, granularity, result: planRelease(spec, candidate, context) };
  });

describe('plans', () => {
  it('are refused with a reason, or have a way back for everybody who is served', () => {
    fc.assert(
      fc.property(planned, ({ result, ledger }) => {
        if ('refusals' in result) {
          expect(result.refusals.length).toBeGreaterThan(0);
          return;
        }
        for (const { stable, designated, stage } of rolloutsOf(result.plan)) {
          if (!stable || stage === 'staging') continue;
          expect(designated).not.toBeNull();
          expect(designated?.name).not.toBe(candidate.name);
          expect(ledger.quarantine[designated?.name ?? '']).toBeUndefined();
        }
      }),
    );
  });

  it('grow step by step to everybody, in weights that the router can set', () => {
    fc.assert(
      fc.property(planned, ({ result, granularity }) => {
        for (const { steps } of 'plan' in result ? rolloutsOf(result.plan) : []) {
          expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1));
          expect(steps.at(-1)?.weight).toBe(100);
          expect(steps.at(-1)?.rules).toBeUndefined();
          steps.forEach(({ weight }, index) => {
            const last = steps[index - 1]?.weight ?? 0;
            expect(weight > last || (weight === 0 && last === 0)).toBe(true);
            const units = weight / granularity;
            expect(Math.abs(units - Math.round(units))).toBeLessThan(1e-6);
          });
        }
      }),
    );
  });

  it('let no weight pass a gate that stands before it, and lose no gate', () => {
    fc.assert(
      fc.property(planned, ({ spec, result }) => {
        if (!('plan' in result)) return;
        const { plan } = result;
        const outside = [...(plan.gates?.staging ?? []), ...(plan.gates?.retire ?? [])];
        for (const rollout of plan.waves.flatMap(({ rollouts }) => rollouts)) {
          for (const { before, step } of rollout.gates ?? []) {
            const share = shareOf(before);
            const ungated = rollout.steps.filter(({ number }) => number < step);
            if (share !== null) expect(ungated.every(({ weight }) => weight < share)).toBe(true);
            expect(step).toBeLessThanOrEqual(rollout.steps.length);
          }
          const own = rollout.gates?.length ?? 0;
          const waves = plan.waves.reduce((sum, { gates }) => sum + gates.length, 0);
          expect(own + waves + outside.length).toBe(spec.production.gates.length);
        }
      }),
    );
  });
});

describe('ledger', () => {
  it('calls good only what finished here, went not back later and is not quarantined', () => {
    fc.assert(
      fc.property(ledgers, (ledger) => {
        for (const [environment, { history }] of Object.entries(ledger.environments)) {
          const good = lastGood(ledger, environment, candidate.name);
          if (good === null) continue;
          expect(ledger.quarantine[good]).toBeUndefined();
          const own = history.filter(({ version }) => version === good);
          expect(own.at(-1)?.outcome).toBe('finished');
          expect(lastGood(ledger, environment, good)).not.toBe(good);
        }
      }),
    );
  });
});

describe('waves', () => {
  const stages = fc.constantFrom('bake' as const, 'finished' as const, 'rollback' as const);

  it('halt exactly when more went back than they tolerate, and go back in reverse, each once', () => {
    fc.assert(
      fc.property(planned, fc.array(stages, { maxLength: 5 }), ({ result }, states) => {
        if (!('plan' in result)) return;
        const { plan } = result;
        const all = rolloutsOf(plan).map(({ environment }) => environment);
        const begun = all.slice(0, states.length);
        const rollouts: Record<string, RolloutProgress> = {};
        begun.forEach((name, index) => {
          const stage = states[index] ?? 'bake';
          rollouts[name] = { ...newRollout(name, '2026-01-01T00:00:00.000Z'), stage };
        });
        const back = (names: string[]) =>
          names.filter((name) => rollouts[name]?.stage === 'rollback').length;
        const staged = plan.staging ? [plan.staging.environment] : [];
        const halted =
          back(staged) > 0 ||
          plan.waves.some(({ rollouts: own, maxFailures }) => {
            return back(own.map(({ environment }) => environment)) > maxFailures;
          });
        expect(haltOf(plan, rollouts) !== null).toBe(halted);
        const order = returnOrder(plan, new Set(begun), 0);
        expect(order.map(({ wave }) => wave)).toEqual(
          order.map(({ wave }) => wave).toSorted((a, b) => b - a),
        );
        const named = order.flatMap(({ environments }) => environments);
        expect(named.toSorted()).toEqual(begun.toSorted());
      }),
    );
  });
});

describe('calendar', () => {
  const start = Date.UTC(2026, 2, 20);
  const hours = (max: number) => fc.integer({ min: 0, max }).map((count) => count * 3_600_000);
  const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC');
  const windows = fc.array(
    fc.record({
      rrule: fc.constantFrom('FREQ=DAILY;BYHOUR=2', 'FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=22'),
      timezone: zones,
      duration: fc.integer({ min: 1, max: 30 }).map((count) => count * 3_600_000),
      onClose: fc.constantFrom('hold' as const, 'continue' as const, 'rollback' as const),
    }),
    { maxLength: 2 },
  );
  const freezes = fc.array(
    fc.record({
      name: fc.constant('quiet'),
      day: fc.integer({ min: 0, max: 20 }),
      days: fc.integer({ min: 0, max: 3 }),
      timezone: zones,
    }),
    { maxLength: 3 },
  );
  const dayOf = (index: number) => new Date(start + index * 86_400_000).toISOString().slice(0, 10);

  it('is never open in a freeze or outside the windows, and says right when that changes', async () => {
    await fc.assert(
      fc.asyncProperty(windows, freezes, hours(500), async (windows, quiet, after) => {
        const stops = quiet.map(({ name, day, days, timezone }) => {
          return { name, from: dayOf(day), to: dayOf(day + days), timezone };
        });
        const { checkCalendar } = calendarActivities(async () => ({ freezes: stops, holds: [] }));
        const place = { application: 'shop', environment: 'eu', labels: {} };
        const ask = (at: number) => checkCalendar({ ...place, windows, at });
        const at = start + after;
        const seen = await ask(at);
        const local = (zone: string) => {
          return new Date(at).toLocaleDateString('sv', { timeZone: zone });
        };
        const frozen = stops.some(({ from, to, timezone }) => {
          return from <= local(timezone) && local(timezone) <= to;
        });
        if (frozen) expect(seen.open).toBe(false);
        if (windows.length === 0) expect(seen.open).toBe(!frozen);
        if (seen.until === null) return;
        expect(seen.until).toBeGreaterThan(at);
        // What is open without an end in sight is looked at again when that sight ends.
        const endless = seen.open && seen.until - at > 30 * 86_400_000;
        if (!endless) expect((await ask(seen.until)).open).toBe(!seen.open);
        const between = at + Math.floor((seen.until - at) / 2);
        expect((await ask(between)).open).toBe(seen.open);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the fold', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const share = (weight: number): TrafficShare[] => [{ version: '2.0.0', weight }];
  const step = fc.integer({ min: 1, max: 3 });
  const weight = fc.integer({ min: 0, max: 100 });
  const wait = aWait('verdict');
  const inside = fc.oneof(
    fc.constant({
      type: 'rollout.started' as const,
      stable: '1.0.0',
      designated: '1.0.0',
      weights: [5, 25, 100],
    }),
    fc.record({
      type: fc.constant('bake.started' as const),
      step,
      weight,
      wait: fc.constant(wait),
    }),
    fc.record({
      type: fc.constant('bake.finished' as const),
      step,
      weight,
      verdict: fc.constantFrom(aVerdict('pass'), aVerdict('fail'), aVerdict('inconclusive')),
    }),
    fc.record({ step, weight }).map(({ step, weight }) => {
      return { type: 'traffic.shifted' as const, shares: share(weight), step, weight };
    }),
    fc.constant({ type: 'rollout.holding' as const, wait }),
    fc.constant({ type: 'rollout.resumed' as const }),
    fc.constant({
      type: 'rollback.started' as const,
      to: '1.0.0',
      cause: 'errors',
      by: jane,
    }),
    fc.constant({ type: 'rollback.delayed' as const, sentence: 'late', attempts: 1 }),
    fc.constant({ type: 'rollback.verified' as const, to: '1.0.0', shares: share(0) }),
    fc.constant({
      type: 'gate.opened' as const,
      gate: '25%',
      needs: 2,
      exclude: ['ann'],
      wait: aWait('gate'),
    }),
    fc.constant({
      type: 'rollout.ended' as const,
      version: '2.0.0',
      outcome: 'rolled_back' as const,
      live: '1.0.0',
      sentence: 'back',
    }),
  );
  const outside = fc.oneof(
    fc.constantFrom('verify', 'staging', 'production', 'rollback').map((stage) => {
      return { type: 'stage.entered' as const, stage: stage as 'verify' };
    }),
    fc.constant({ type: 'release.holding' as const, wait }),
    fc.constant({ type: 'release.resumed' as const }),
    fc.constant({ type: 'release.warm' as const, wait: aWait('warm') }),
    fc.constant({
      type: 'release.ended' as const,
      outcome: 'rolled_back' as const,
      sentence: 'it went back',
    }),
  );
  const events: fc.Arbitrary<CrescendoEvent> = fc.oneof(
    fc
      .record({ body: inside, environment: fc.constantFrom('eu', 'us') })
      .map(({ body, environment }) => ({ at, environment, ...body }) as CrescendoEvent),
    outside.map((body): CrescendoEvent => ({ at, environment: null, ...body })),
  );
  const start = newRelease({ application: 'shop', number: 1 }, at);
  const fold = (list: readonly CrescendoEvent[]) => list.reduce(advance, start);

  it('gives the same for the same, in one piece or in two, and changes nothing it is given', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 30 }), fc.nat(30), (list, cut) => {
        const frozen = structuredClone(list);
        const whole = fold(list);
        expect(fold(structuredClone(list))).toEqual(whole);
        const half = structuredClone(fold(list.slice(0, cut)));
        expect(list.slice(cut).reduce(advance, half)).toEqual(whole);
        expect(list).toEqual(frozen);
      }),
    );
  });

  it('takes an event that is heard twice in a row like one', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 30 }), fc.array(fc.boolean()), (list, twice) => {
        const stuttered = list.flatMap((event, index) => (twice[index] ? [event, event] : [event]));
        expect(fold(stuttered)).toEqual(fold(list));
      }),
    );
  });

  it('counts an approval per person', () => {
    const opened = { at, environment: 'eu', type: 'gate.opened' as const, gate: '25%', needs: 2 };
    const gate: CrescendoEvent = { ...opened, exclude: [], wait: aWait('gate') };
    const by = (actor: typeof jane, missing: number): CrescendoEvent => {
      const approved = { type: 'gate.approved' as const, gate: '25%', reason: null };
      return { at, environment: 'eu', ...approved, by: actor, missing };
    };
    const seen = fold([gate, by(jane, 1), by(joe, 0)]).rollouts['eu']?.gate?.approvals;
    expect(seen?.map(({ by: { id } }) => id)).toEqual(['jane', 'joe']);
  });
});
