import { describe, expect, it } from 'vitest';
import type { SpecInput } from '../domain/spec.ts';
import { aProduction, aSpec } from '../test/support/builders.ts';
import { before } from './before.ts';
import { builtIn, builtIns, builtInsFor } from './built-in.ts';

function planOf(change: Partial<SpecInput> = {}) {
  const { planned } = before(aSpec(change), { first: false, author: 'author' });
  if (!('plan' in planned)) throw new Error(planned.refusals.join());
  return planned.plan;
}
const names = (change: Partial<SpecInput>) => builtInsFor(planOf(change)).map(({ name }) => name);
const common = ['good', 'target-down', 'router-down'];
const judged = ['bad', 'provider-down', 'no-data'];

describe('rehearsal/built-in', () => {
  it.each<[string, Partial<SpecInput>, string[]]>([
    ['metrics and tests', {}, [...common, ...judged, 'test-fails']],
    [
      'nothing to judge by',
      {
        staging: undefined,
        production: aProduction({ strategy: { allAtOnce: {} } }),
        analysis: {},
      },
      common,
    ],
    [
      'a round trip',
      { rollback: { rehearse: true } },
      [...common, ...judged, 'test-fails', 'no-way-back'],
    ],
    ['CI', { verify: [{ ci: {} }] }, [...common, ...judged, 'test-fails', 'ci-red']],
    [
      'a gate inside',
      { production: aProduction({ gates: [{ before: '25%' }] }) },
      [...common, ...judged, 'test-fails', 'approver-absent'],
    ],
    [
      'a gate at the end',
      { production: aProduction({ gates: [{ before: 'retire' }] }) },
      [...common, ...judged, 'test-fails', 'approver-absent'],
    ],
  ])('plays what makes sense with %s', (_, change, expected) => {
    expect(names(change).toSorted()).toEqual(expected.toSorted());
  });

  it('plays from a step on', () => {
    expect(builtIn('bad:3', planOf())?.evidence).toEqual([{ from: 'step 3', is: 'fail' }]);
    expect(builtIn('router-down:2', planOf())?.faults[0]?.from).toBe('step 2');
    expect(builtIn('bad', planOf())?.evidence[0]?.from).toBe('step 1');
  });

  it.each(['worse', 'bad:0', 'bad:x', 'toString', ''])('knows no "%s"', (text) => {
    expect(builtIn(text, planOf())).toBeNull();
  });

  it('describes each', () => {
    for (const { description } of Object.values(builtIns)) expect(description).toMatch(/\w+ \w+/);
  });
});
