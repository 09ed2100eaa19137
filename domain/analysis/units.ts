/** Shares and differences as people write them: `1%`, `0.01pp`, `{ relative: 10%, absolute: 0.1pp }`. */

import { z } from 'zod';
import type { Worse } from './sequential/settings.ts';

const percentPattern = /^(\d+(?:\.\d+)?)%$/;
const fractionPattern = /^(\d+(?:\.\d+)?)(?:%|pp)$/;

/** A share in [0, 1]: `1%` or 0.01. */
export const shareSchema = z.union([z.number(), z.string()]).transform((value, context) => {
  const match = typeof value === 'string' ? percentPattern.exec(value) : null;
  const share = match ? Number(match[1]) / 100 : value;
  if (typeof share === 'number' && share >= 0 && share <= 1) return share;
  context.addIssue({ code: 'custom', message: `write a share such as 1% or 0.01, not "${value}"` });
  return z.NEVER;
});

/** A number of 0 or more: 0.1, `10%`, or percentage points such as `0.01pp` (0.0001). */
export const fractionSchema = z
  .union([z.number().min(0), z.string()])
  .transform((value, context) => {
    if (typeof value === 'number') return value;
    const match = fractionPattern.exec(value);
    if (match) return Number(match[1]) / 100;
    const message = `write a share such as 0.1, 10% or 0.01pp, not "${value}"`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .describe('A number such as 0.1, or 10%, or percentage points such as 0.01pp');

/** A probability or share that is neither 0 nor 1. */
export const properShareSchema = fractionSchema.refine(
  (p) => p > 0 && p < 1,
  'must be above 0 and below 1 (100%)',
);

/** How much worse: both parts, or the relative one alone; what is left out is as in `fallback`. */
export function worseSchema(fallback: Worse) {
  return z.union([
    fractionSchema.transform((relative) => ({ ...fallback, relative })),
    z.strictObject({
      relative: fractionSchema.default(fallback.relative),
      absolute: fractionSchema.default(fallback.absolute),
    }),
  ]);
}

/** True when the margin leaves room above the tolerance, in one part at least and in none below. */
export function isBeyond(margin: Worse, tolerance: Worse): boolean {
  const { relative, absolute } = tolerance;
  if (margin.relative < relative || margin.absolute < absolute) return false;
  return margin.relative > relative || margin.absolute > absolute;
}
