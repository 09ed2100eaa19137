/** Waves as users write them, one by one or growing, and the waves that become of it. */

import { z } from 'zod';
import { durationSchema } from './duration-spec.ts';
import { labelPattern } from './ids.ts';

const nameSchema = z
  .string()
  .regex(labelPattern, 'use 1 to 63 lower-case letters, digits and dashes, e.g. shop-eu');

/** Words an environment is selected by, e.g. `{ region: eu, tier: edge }`. */
export const labelsSchema = z.record(z.string().min(1).max(63), z.string().min(1).max(63));

const growingSchema = z.strictObject({
  first: z.number().int().min(1).max(1000).default(1).describe('Environments in the first wave'),
  factor: z.number().min(1).max(100).default(2).describe('So many times more in each next one'),
});

const bakeAfterSchema = z
  .strictObject({
    min: durationSchema.prefault('10m').describe('The next wave does not begin before'),
    max: durationSchema.prefault('1h').describe('Without a verdict until then, the policy decides'),
  })
  .refine((bake) => bake.min <= bake.max, { path: ['max'], message: 'must not be below min' });

const waveSchema = z
  .strictObject({
    environments: z.array(nameSchema).min(1).max(1000).optional().describe('Their names'),
    from: z
      .union([z.array(nameSchema).min(1).max(1000), labelsSchema])
      .optional()
      .describe('Names, or labels that environments must have; cut into waves that grow'),
    growing: growingSchema.optional(),
    parallel: z.number().int().min(1).max(100).optional().describe('How many at a time'),
    maxFailures: z
      .union([
        z.number().int().min(0).max(1000),
        z.string().regex(/^(?:100|\d{1,2})%$/, 'write 2 or 10%'),
      ])
      .optional()
      .describe('So many may roll back before the wave halts; default none'),
    bakeAfter: bakeAfterSchema.optional().describe('Watch before the next wave begins'),
  })
  .superRefine(({ environments, from, growing }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (environments && from) refuse('from', 'give `environments` or `from`, not both');
    if (!environments && !from)
      refuse('environments', 'name environments, or select them by `from`');
    if (environments && growing) refuse('growing', 'waves grow `from` a list or labels');
  });

/** One wave, or several. */
export const wavesSchema = z.union([waveSchema, z.array(waveSchema).min(1).max(100)]);

type WaveInput = z.output<typeof waveSchema>;

/** One wave, with its environments by name. */
export interface WaveSpec {
  environments: string[];
  parallel?: number | undefined;
  maxFailures?: number | string | undefined;
  bakeAfter?: { min: number; max: number } | undefined;
}

/** A wave with the place in the file that each of its environments comes from. */
export interface PlacedWave extends WaveSpec {
  paths: (string | number)[][];
}

interface Surroundings {
  /** In the order of the file, with their labels. */
  environments: Record<string, { labels?: Record<string, string> | undefined }>;
  /** It is never selected by labels. */
  staging: string | null;
}

/** The waves in order. A selection by labels takes what no wave before it has named. */
export function placeWaves(
  waves: WaveInput | readonly WaveInput[],
  surroundings: Surroundings,
): PlacedWave[] {
  const used = new Set(surroundings.staging === null ? [] : [surroundings.staging]);
  const list = isList(waves) ? waves : [waves];
  return list.flatMap((wave, index) => {
    const path = isList(waves) ? ['waves', index] : ['waves'];
    const placed = expand(wave, path, surroundings, used);
    for (const name of placed.flatMap(({ environments }) => environments)) used.add(name);
    return placed;
  });
}

function isList(waves: WaveInput | readonly WaveInput[]): waves is readonly WaveInput[] {
  return Array.isArray(waves);
}

function expand(
  { environments, from, growing, ...rest }: WaveInput,
  path: (string | number)[],
  surroundings: Surroundings,
  used: ReadonlySet<string>,
): PlacedWave[] {
  if (environments) {
    const paths = environments.map((_, place) => [...path, 'environments', place]);
    return [{ ...rest, environments, paths }];
  }
  const byName = Array.isArray(from);
  const names = byName ? from : selected(from ?? {}, surroundings, used);
  const paths = names.map((_, place) => [...path, 'from', ...(byName ? [place] : [])]);
  if (names.length === 0) return [{ ...rest, environments: [], paths: [[...path, 'from']] }];
  const { first, factor } = growing ?? { first: names.length, factor: 1 };
  const grown: PlacedWave[] = [];
  for (let start = 0, size = first; start < names.length; size *= factor) {
    const end = start + Math.max(1, Math.round(size));
    grown.push({
      ...rest,
      environments: names.slice(start, end),
      paths: paths.slice(start, end),
    });
    start = end;
  }
  return grown;
}

function selected(
  labels: Record<string, string>,
  { environments }: Surroundings,
  used: ReadonlySet<string>,
): string[] {
  return Object.entries(environments).flatMap(([name, { labels: own = {} }]) => {
    const fits = Object.entries(labels).every(([key, value]) => own[key] === value);
    return fits && !used.has(name) ? [name] : [];
  });
}
