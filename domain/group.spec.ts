import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  failureOf,
  groupOutcome,
  groupRefusal,
  newGroup,
  nextMembers,
  reported,
  returnLayers,
  type GroupProgress,
} from './group.ts';
import { groupSchema } from './group-spec.ts';
import { layersOf } from './layers.ts';

const version = (name: string) => ({ name: '2.0.0', artifact: `registry/${name}:2.0.0` });
const member = (name: string, ...after: string[]) => ({ version: version(name), after });
const checkout = groupSchema.parse({
  group: 'checkout',
  applications: {
    web: member('web', 'payments', 'orders'),
    payments: member('payments'),
    orders: member('orders', 'payments'),
    mail: member('mail'),
  },
});
const begun = (): GroupProgress =>
  newGroup(checkout, {
    by: { id: 'jane', channel: 'cli' },
    reason: null,
    startedAt: '2026-11-26T00:00:00.000Z',
  });
const set = (progress: GroupProgress, application: string, news: object): GroupProgress => ({
  ...progress,
  members: progress.members.map((one) =>
    one.application === application ? { ...one, ...news } : one,
  ),
});
const names = (members: readonly { application: string }[]) =>
  members.map(({ application }) => application);

describe('domain/group', () => {
  it('orders applications by what they come after', () => {
    expect(layersOf(checkout.applications)).toEqual([['payments', 'mail'], ['orders'], ['web']]);
    expect(returnLayers(checkout)).toEqual([['web'], ['orders'], ['payments', 'mail']]);
  });

  it('begins with those that wait for none, and with each when the others are there', () => {
    let progress = begun();
    expect(names(nextMembers(progress))).toEqual(['payments', 'mail']);
    expect(nextMembers({ ...progress, paused: true })).toEqual([]);
    progress = set(progress, 'payments', { state: 'under way', release: 7 });
    progress = set(progress, 'mail', { state: 'under way', release: 2 });
    expect(nextMembers(progress)).toEqual([]);
    const report = { outcome: null, sentence: null, state: 'there' as const };
    const stale = reported(progress, { application: 'payments', release: 6, ...report });
    expect(nextMembers(stale)).toEqual([]);
    progress = reported(progress, { application: 'payments', release: 7, ...report });
    expect(names(nextMembers(progress))).toEqual(['orders']);
  });

  it('an end that has been told is not undone by what comes late', () => {
    const ended = { state: 'ended' as const, outcome: 'rolled_back' as const, sentence: 'breach' };
    const about = { application: 'payments', release: 7 };
    const progress = reported(set(begun(), 'payments', { release: 7 }), { ...about, ...ended });
    const late = { ...about, state: 'there' as const, outcome: null, sentence: null };
    expect(reported(progress, late)).toEqual(progress);
    expect(failureOf(progress)).toBe('payments: breach');
    expect(failureOf(set(progress, 'payments', { outcome: 'succeeded' }))).toBeNull();
  });

  it.each([
    ['nothing turned', null, ['succeeded', 'succeeded'], 'succeeded'],
    ['nobody met anything', 'CI is red', ['rejected', null], 'rejected'],
    ['one was at 100 %', 'breach', ['rolled_back', 'rejected'], 'rolled_back'],
    ['a way back fails', 'breach', ['rollback_failed', 'rolled_back'], 'rollback_failed'],
  ] as const)('outcome when %s', (_, cause, [one, other], expected) => {
    const progress = set(set(begun(), 'payments', { outcome: one }), 'mail', { outcome: other });
    expect(groupOutcome({ ...progress, cause })).toBe(expected);
  });

  it.each([
    ['pause', { paused: true }, 'paused already'],
    ['pause', { stage: 'together' }, 'at 100 %'],
    ['resume', {}, 'not paused'],
    ['rollback', { stage: 'rollback' }, 'going back already'],
    ['rollback', { stage: 'ended' }, 'has ended'],
  ] as const)('refuses %s when %o', (action, news, why) => {
    expect(groupRefusal({ ...begun(), ...news }, action)).toContain(why);
    expect(groupRefusal(begun(), 'rollback')).toBeNull();
  });

  it('puts every application of an order without circles into exactly one layer, behind the others', () => {
    const graphs = fc
      .integer({ min: 1, max: 12 })
      .chain((size) =>
        fc.tuple(
          ...Array.from({ length: size }, (_, index) =>
            fc.subarray(Array.from({ length: index }, (__, other) => `app-${other}`)),
          ),
        ),
      );
    fc.assert(
      fc.property(graphs, (afters) => {
        const entries = afters.map((after, index) => [`app-${index}`, member('x', ...after)]);
        const applications = Object.fromEntries(entries) as typeof checkout.applications;
        const layers = layersOf(applications);
        expect(layers.flat().toSorted()).toEqual(Object.keys(applications).toSorted());
        const layerOf = (name: string) => layers.findIndex((layer) => layer.includes(name));
        for (const [name, { after }] of Object.entries(applications)) {
          for (const other of after) expect(layerOf(other)).toBeLessThan(layerOf(name));
        }
      }),
    );
  });
});
