import { describe, expect, it } from 'vitest';
import { shareSchema } from './units.ts';

describe('domain/analysis/spec', () => {
  it.each([
    ['percent', '1%', 0.01],
    ['a fraction of a percent', '0.05%', 0.0005],
    ['a plain number', 0.25, 0.25],
    ['all', '100%', 1],
    ['none', 0, 0],
  ])('reads a share: %s', (_, text, share) => {
    expect(shareSchema.parse(text)).toBeCloseTo(share, 12);
  });

  it.each([
    ['more than all', '101%'],
    ['a number above one', 5],
    ['a sign', '-1%'],
    ['words', 'few'],
    ['text without %', '0.5'],
  ])('refuses %s', (_, text) => expect(shareSchema.safeParse(text).success).toBe(false));
});
