import { describe, expect, it } from 'vitest';
import { aProduction, aSpec, aVersion } from '../test/support/builders.ts';
import { approvalRefusal, openedGate, outstanding, planGate, type GateProgress } from './gates.ts';
import { gateSchema } from './gate-spec.ts';
import { emptyLedger, recordRollout, recordVersion } from './ledger.ts';
import { planRelease, type Plan } from './plan.ts';

const gate = (change: Partial<GateProgress> = {}): GateProgress => ({
  gate: 'production',
  needs: 2,
  exclude: ['jane'],
  approvals: [],
  ...change,
});
const by = (id: string, ...roles: string[]) => ({ id, channel: 'api' as const, roles });
const given = (...ids: string[]) => ids.map((id) => ({ by: by(id), reason: null, at: '' }));
const managers = { roles: ['release-manager'], people: ['tom', 'jane', 'ann'] };

describe('domain/gates', () => {
  it.each<[string, Partial<GateProgress>, ReturnType<typeof by>, RegExp | null]>([
    ['anybody', {}, by('joe'), null],
    ['whoever is excluded', {}, by('jane'), /somebody else must/],
    ['nor under another spelling', {}, by(' Jane'), /somebody else must/],
    ['nor with the role', managers, by('jane', 'release-manager'), /somebody else must/],
    ['somebody who is named', managers, by('tom'), null],
    ['somebody whose token has the role', managers, by('bob', 'release-manager'), null],
    ['somebody with another role', managers, by('bob', 'qa'), /of release-manager: tom, ann/],
    ['a second time', { approvals: given('joe') }, by('JOE'), /has approved already/],
  ])('who may approve: %s', (_, change, actor, expected) => {
    const answer = approvalRefusal(gate(change), actor);
    if (expected === null) expect(answer).toBeNull();
    else expect(answer).toMatch(expected);
  });

  it.each<[Partial<GateProgress>, string]>([
    [{}, '2 more'],
    [{ approvals: given('joe') }, '1 more'],
    [managers, '2 more of release-manager: tom, ann'],
    [{ ...managers, approvals: given('tom') }, '1 more of release-manager: ann'],
    [{ roles: ['qa', 'sre'], people: [] }, '2 more of qa or sre'],
    [{ roles: [], people: ['tom', 'ann'], needs: 1 }, '1 more of tom, ann'],
  ])('%j needs %s', (change, expected) => {
    expect(outstanding(gate(change))).toBe(expected);
  });

  it('names holders of roles, and excludes initiator and author', () => {
    const spec = gateSchema.parse({
      before: 'production',
      allow: { roles: ['release-manager'] },
      exclude: ['initiator', 'author'],
    });
    const planned = planGate(spec, { 'release-manager': ['jane', 'tom'], other: ['bob'] });
    const version = aVersion('1.0.0', { author: 'ann' });
    expect(openedGate(planned, { initiator: 'jane', version })).toEqual({
      gate: 'production',
      needs: 1,
      exclude: ['jane', 'ann'],
      roles: ['release-manager'],
      people: ['jane', 'tom'],
    });
  });
});

describe('domain/gate-spec', () => {
  it.each([
    [{ before: 'friday' }, 'before'],
    [{ before: '0%' }, 'before'],
    [{ before: '101%' }, 'before'],
    [{ before: 'step 0' }, 'before'],
    [{ before: '25%', allow: {} }, 'allow'],
    [{ before: '25%', approvals: 2, allow: { people: ['jane', 'jane'] } }, 'approvals'],
    [{ before: '25%', exclude: ['everybody'] }, 'exclude'],
  ])('refuses %j', (input, path) => {
    const { error } = gateSchema.safeParse(input);
    expect(error?.issues[0]?.path[0]).toBe(path);
  });

  it.each(['staging', 'production', 'wave 2', 'step 3', '25%', '12.5 %', '100%', 'retire'])(
    'takes %s',
    (before) => expect(gateSchema.parse({ before }).before).toBe(before),
  );
});

describe('domain/plan: gates', () => {
  const gates = ['staging', 'step 2', '20%', '100%', 'retire'].map((before) => ({ before }));
  const spec = aSpec({ production: aProduction({ gates }) });
  const entry = { version: '1.0.0', release: 1, outcome: 'finished' as const, at: '' };
  const known = [aVersion('1.0.0'), aVersion('1.1.0')].reduce(recordVersion, emptyLedger());
  const live = recordRollout(known, 'eu', entry, '1.0.0');
  const planOf = (ledger = live, specification = spec, version = aVersion('1.1.0')) =>
    planRelease(specification, version, { ledger });
  const inside = (plan: Plan) => plan.waves[0]?.rollouts[0]?.gates?.map(({ step }) => step);

  it('stand before staging, before a step, before a share, and before the old version retires', () => {
    const { plan } = planOf() as { plan: Plan };
    expect(plan.gates?.staging.map(({ before }) => before)).toEqual(['staging']);
    expect(plan.gates?.retire.map(({ before }) => before)).toEqual(['retire']);
    expect(inside(plan)).toEqual([2, 2, 3]);
    expect(plan.staging?.gates).toEqual([]);
  });

  it('a first release, which has one step, passes all of them', () => {
    const { plan } = planOf(known) as { plan: Plan };
    expect(inside(plan)).toEqual([1, 1, 1]);
  });

  it.each<[object, RegExp]>([
    [{ before: 'step 4' }, /there are only 3 steps/],
    [{ before: '25%', exclude: ['author'] }, /does not name its author/],
  ])('is refused with %j', (one, expected) => {
    const wrong = aSpec({ production: aProduction({ gates: [one as { before: string }] }) });
    expect(planOf(live, wrong)).toMatchObject({ refusals: [expect.stringMatching(expected)] });
  });

  it('names the author when the version does', () => {
    const one = { before: '25%', exclude: ['author' as const] };
    const right = aSpec({ production: aProduction({ gates: [one] }) });
    const version = aVersion('1.2.0', { author: 'ann' });
    expect(planOf(recordVersion(live, version), right, version)).toHaveProperty('plan');
  });
});
