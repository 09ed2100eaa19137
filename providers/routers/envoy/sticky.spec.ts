import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstOf, layOut, type Part } from './sticky.ts';

const pair = (version: string, weight: number): Part[] => [
  { version: 'stable', weight: 100 - weight },
  { version, weight },
];

/** Who serves each of 10,000 places. */
function places(parts: readonly Part[]): string[] {
  return parts.flatMap(({ version, weight }) =>
    Array.from({ length: Math.round(weight * 100) }, () => version),
  );
}

const name = fc.stringMatching(/^[a-z0-9.]{1,12}$/);
const hundredths = fc.integer({ min: 0, max: 10_000 });

describe('providers/routers/envoy/sticky', () => {
  it('never takes anybody from the candidate while its weight grows', () => {
    fc.assert(
      fc.property(name, hundredths, hundredths, (version, one, other) => {
        const [less = 0, more = 0] = [one, other].toSorted((a, b) => a - b);
        const before = places(layOut(pair(version, less / 100), version));
        const after = places(layOut(pair(version, more / 100), version));
        expect(before).toHaveLength(10_000);
        expect(before.filter((found) => found === version)).toHaveLength(less);
        const lost = before.filter((found, place) => found === version && after[place] !== version);
        expect(lost).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('is known again by whose point it begins at', () => {
    fc.assert(
      fc.property(name, hundredths, (version, weight) => {
        const shares = pair(version, weight / 100);
        expect(firstOf(layOut(shares, version), shares)).toBe(version);
      }),
    );
    expect(firstOf(pair('1.1.0', 30), pair('1.1.0', 30))).toBeNull();
  });

  it('begins elsewhere with every version', () => {
    const first = (version: string) => places(layOut(pair(version, 1), version)).indexOf(version);
    const points = ['1.1.0', '1.2.0', '1.3.0', '1.4.0'].map(first);
    expect(new Set(points).size).toBe(4);
  });

  it('shares the rest among more than two', () => {
    const shares = [
      { version: 'a', weight: 20 },
      { version: 'b', weight: 30 },
      { version: 'c', weight: 50 },
    ];
    const found = places(layOut(shares, 'b'));
    expect(found).toHaveLength(10_000);
    expect(shares.map(({ version }) => found.filter((one) => one === version).length)).toEqual([
      2_000, 3_000, 5_000,
    ]);
  });
});
