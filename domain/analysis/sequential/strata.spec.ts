import { describe, expect, it } from 'vitest';
import { counted } from '../../../test/support/sequential.ts';
import { poolStrata } from './strata.ts';

const stratum = (name: string, requests: number) =>
  [name, { canary: counted(requests, 1), baseline: counted(requests * 9, 2) }] as const;
const many = Array.from({ length: 25 }, (_, index) => stratum(`s${index}`, index + 1));

describe('domain/analysis/sequential/strata', () => {
  it('keeps up to twenty', () => {
    const few = many.slice(0, 20);
    expect(poolStrata([], few)).toEqual({
      strata: expect.arrayContaining(['s0', 's19']),
      arms: few,
    });
  });

  it('pools the least busy beyond twenty', () => {
    const { strata, arms } = poolStrata([], many);
    expect(strata).toHaveLength(20);
    expect(arms).toHaveLength(21);
    expect(arms.at(-1)?.[1]).toEqual({
      canary: counted(1 + 2 + 3 + 4 + 5, 5),
      baseline: counted(135, 10),
    });
  });

  it('a place once given is kept', () => {
    const known = many.slice(0, 20).map(([name]) => name);
    const { strata, arms } = poolStrata(known, [stratum('new', 1000), stratum('s3', 4)]);
    expect(strata).toEqual(known);
    expect(arms.map(([name]) => name)).toEqual(['s3', 'rest of the strata']);
  });

  it('does not depend on the order', () => {
    const equal = many.map(([name]) => stratum(name, 7));
    const one = poolStrata([], equal).strata;
    expect(poolStrata([], [...equal].reverse()).strata).toEqual(one);
  });
});
