import { describe, expect, it } from 'vitest';
import {
  currentHolds,
  holdProblem,
  holdSentence,
  mostHolds,
  stopOfHold,
  type Hold,
  type HoldRequest,
} from './hold.ts';

const jane = { id: 'jane', channel: 'cli' } as const;
const hold: Hold = {
  id: 'hold-3',
  kind: 'hold',
  by: jane,
  reason: 'migration',
  from: '2026-01-05T09:00:00Z',
  to: '2026-01-05T11:00:00Z',
};
const request: HoldRequest = { ...hold, from: null };
const at = '2026-01-05T09:30:00Z';

describe('domain/calendar/hold.ts', () => {
  it.each([
    ['as asked', request, null],
    ['a known environment', { ...request, environments: ['eu'] }, null],
    [
      'an unknown one',
      { ...request, environments: ['eu', 'mars'] },
      'no environment is called "mars"; there are: eu, us',
    ],
    ['over already', { ...request, to: at }, `it would be over already (${at})`],
    ['no time at all', { ...request, to: 'soon' }, 'it would be over already (soon)'],
    [
      'the wrong way round',
      { ...request, from: '2026-01-05T12:00:00Z' },
      'it must end after it begins',
    ],
  ])('%s', (_, asked, problem) => {
    expect(holdProblem([], asked, ['eu', 'us'], at)).toBe(problem);
  });

  it('takes any name where nobody knows what there is', () => {
    expect(holdProblem([], { ...request, environments: ['mars'] }, null, at)).toBeNull();
  });

  it('refuses more than anybody could look through, but forgets those that are over', () => {
    const many = Array.from({ length: mostHolds }, () => hold);
    expect(holdProblem(many, request, [], at)).toContain('there are 100 already');
    expect(holdProblem(many.with(0, { ...hold, to: at }), request, [], at)).toBeNull();
  });

  it('is over the moment it ends', () => {
    expect(currentHolds([hold], '2026-01-05T10:59:59.999Z')).toEqual([hold]);
    expect(currentHolds([hold], hold.to)).toEqual([]);
  });

  it('says who and why', () => {
    expect(stopOfHold(hold)).toEqual({
      kind: 'hold',
      from: Date.parse(hold.from),
      to: Date.parse(hold.to),
      sentence: 'the hold of jane (migration)',
    });
    expect(holdSentence({ ...hold, environments: ['eu'] })).toBe(
      'hold-3 on environments eu until 2026-01-05T11:00:00Z by jane: migration',
    );
    const all = { ...hold, id: 'all-3', everywhere: true } as const;
    expect(stopOfHold(all).sentence).toBe('the hold of jane over all applications (migration)');
    expect(holdSentence(all)).toContain('all-3 on all applications until');
  });
});
