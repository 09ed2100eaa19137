import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  arrive,
  becomeWarm,
  emptyLane,
  leave,
  turnsAway,
  type Lane,
  type LaneEffect,
  type QueuedRelease,
} from './lane.ts';

const entry = (number: number): QueuedRelease => ({ number, version: `1.${number}`, since: 't' });
const lane = (active: number | null, queue: number[] = [], warm = false): Lane => ({
  active: active === null ? null : entry(active),
  warm,
  queue: queue.map(entry),
});
const urgent = (number: number): QueuedRelease => ({ ...entry(number), urgent: 'hotfix' });
const rush = ({ active, queue, warm }: Lane, number: number): Lane => ({
  active: active?.number === number ? urgent(number) : active,
  warm,
  queue: queue.map((one) => (one.number === number ? urgent(number) : one)),
});
const shape = ({ active, queue, warm }: Lane) => ({
  active: active?.number ?? null,
  queue: queue.map(({ number }) => number),
  warm,
});

describe('domain/lane', () => {
  it.each([
    ['free lane', lane(null), 'queue', { active: 5, queue: [] }, ['admit 5']],
    ['busy lane, queue', lane(1, [2]), 'queue', { active: 1, queue: [2, 5] }, []],
    [
      'busy lane, supersede: the waiting ones go',
      lane(1, [2, 3]),
      'supersede',
      { active: 1, queue: [5] },
      ['supersede 2', 'supersede 3'],
    ],
    [
      'busy lane, replace: the active one is aborted as well',
      lane(1, [2]),
      'replace',
      { active: 1, queue: [5] },
      ['supersede 2', 'abort 1'],
    ],
    ['warm lane: the active one yields', lane(1, [], true), 'queue', { active: 1 }, ['yield 1']],
    ['warm lane, replace: no abort', lane(1, [], true), 'replace', { active: 1 }, ['yield 1']],
  ] as const)('arrival: %s', (_, before, concurrency, after, effects) => {
    const change = arrive(before, entry(5), { concurrency, preempts: false });
    expect(shape(change.lane)).toMatchObject(after);
    expect(change.effects.map((effect) => `${effect.do} ${effect.number}`)).toEqual(effects);
  });

  it.each([
    ['free', lane(null), false],
    ['busy', lane(1), true],
    ['warm', lane(1, [], true), false],
    ['warm, and somebody waits already', lane(1, [2], true), true],
  ])('reject turns away when the lane is %s', (_, before, expected) => {
    expect(turnsAway(before, 'reject')).toBe(expected);
    expect(turnsAway(before, 'queue')).toBe(false);
  });

  it.each([
    ['nobody waits', lane(1), []],
    ['somebody waits', lane(1, [2, 3]), [{ do: 'yield', number: 1, to: 2 }]],
  ])('becoming warm while %s', (_, before, effects) => {
    expect(becomeWarm(before, 1)).toEqual({ lane: { ...before, warm: true }, effects });
    expect(becomeWarm(before, 9)).toEqual({ lane: before, effects: [] });
  });

  it.each([
    ['the active one, with others waiting', lane(1, [2, 3]), 1, { active: 2, queue: [3] }, [2]],
    ['the active one, alone', lane(1), 1, { active: null, queue: [] }, []],
    ['a waiting one', lane(1, [2, 3]), 2, { active: 1, queue: [3] }, []],
    ['a stranger', lane(1, [2]), 9, { active: 1, queue: [2] }, []],
    ['a warm one: the next is not warm', lane(1, [2], true), 1, { active: 2, warm: false }, [2]],
  ])('leaving: %s', (_, before, number, after, admitted) => {
    const change = leave(before, number);
    expect(shape(change.lane)).toMatchObject(after);
    expect(change.effects).toEqual(admitted.map((next) => ({ do: 'admit', number: next })));
  });

  it.each([
    ['before those that wait', lane(1, [2, 3]), false, { active: 1, queue: [9, 2, 3] }, []],
    ['and sends away what runs', lane(1, [2]), true, { active: 1, queue: [9, 2] }, ['abort 1']],
    ['behind an earlier one', rush(lane(1, [7, 2]), 7), true, { queue: [7, 9, 2] }, ['abort 1']],
    ['never sending another one away', rush(lane(1, [2]), 1), true, { queue: [9, 2] }, []],
    ['a warm one yields', lane(1, [2], true), true, { queue: [9, 2] }, ['yield 1']],
    ['a free lane', lane(null), true, { active: 9, queue: [] }, ['admit 9']],
  ])('a hotfix goes %s', (_, before, preempts, after, effects) => {
    for (const concurrency of ['queue', 'supersede', 'replace', 'reject'] as const) {
      const change = arrive(before, urgent(9), { concurrency, preempts });
      expect(shape(change.lane)).toMatchObject(after);
      expect(change.effects.map((effect) => `${effect.do} ${effect.number}`)).toEqual(effects);
    }
  });

  it('an ordinary release neither replaces nor supersedes a hotfix', () => {
    const before = rush(rush(lane(1, [2, 3]), 1), 2);
    const change = arrive(before, entry(9), { concurrency: 'replace', preempts: true });
    expect(shape(change.lane)).toMatchObject({ active: 1, queue: [2, 9] });
    expect(change.effects).toEqual([{ do: 'supersede', number: 3, by: 9 }]);
  });

  it('a return goes first and sends away what is under way, but for another return', () => {
    const rules = { concurrency: 'queue', preempts: false } as const;
    const returning = (number: number) => ({ ...entry(number), urgent: 'return' as const });
    const hotfix = { ...entry(2), urgent: 'hotfix' as const };
    const busy = { ...emptyLane(), active: hotfix, queue: [entry(3)] };
    const first = arrive(busy, returning(4), rules);
    expect(first.effects).toEqual([{ do: 'abort', number: 2, by: 4 }]);
    expect(first.lane.queue.map(({ number }) => number)).toEqual([4, 3]);
    const left = leave(first.lane, 2);
    expect(left.effects).toEqual([{ do: 'admit', number: 4 }]);
    const second = arrive(left.lane, returning(5), rules);
    // The first one comes to its end, unwatched.
    expect(second.effects).toEqual([{ do: 'yield', number: 4, to: 5 }]);
    expect(second.lane.queue.map(({ number }) => number)).toEqual([5, 3]);
    const third = arrive(second.lane, returning(6), rules);
    expect(leave(third.lane, 4).effects).toEqual([
      { do: 'admit', number: 5 },
      { do: 'yield', number: 5, to: 6 },
    ]);
  });

  it('never has two active, keeps the order, and loses nobody', () => {
    const move = fc.record({
      kind: fc.constantFrom('arrive', 'leave', 'warm'),
      concurrency: fc.constantFrom('queue' as const, 'supersede' as const, 'replace' as const),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        let now = emptyLane();
        let next = 1;
        const inside = new Set<number>();
        const open = new Set<number>();
        let lastAdmitted = 0;
        const follow = (change: { lane: Lane; effects: LaneEffect[] }) => {
          now = change.lane;
          for (const effect of change.effects) {
            if (effect.do === 'supersede') inside.delete(effect.number);
            if (effect.do !== 'admit') continue;
            expect(effect.number).toBeGreaterThan(lastAdmitted);
            lastAdmitted = effect.number;
            open.add(effect.number);
          }
          expect(open.size).toBeLessThanOrEqual(1);
        };
        for (const { kind, concurrency, pick } of moves) {
          const everyone = [...inside];
          const chosen = everyone[pick % Math.max(1, everyone.length)];
          if (kind === 'arrive') {
            inside.add(next);
            follow(arrive(now, entry(next), { concurrency, preempts: false }));
            next += 1;
          } else if (kind === 'leave' && chosen !== undefined) {
            inside.delete(chosen);
            open.delete(chosen);
            follow(leave(now, chosen));
          } else if (kind === 'warm' && now.active) {
            follow(becomeWarm(now, now.active.number));
          }
          const here = [...(now.active ? [now.active] : []), ...now.queue];
          expect(here.map(({ number }) => number)).toEqual([...inside].sort((a, b) => a - b));
          expect(now.active === null && now.queue.length > 0).toBe(false);
        }
      }),
    );
  });
});
