/** What `crescendo analyze` accepts as a case of kind `sequential`, field by field. */

import { z } from 'zod';
import { durationSchema } from '../../duration-spec.ts';
import { fractionSchema, isBeyond, properShareSchema, worseSchema } from '../units.ts';
import { arms, byName, pods, samplesOf } from './offline-samples.ts';
import { directions, noiseModes, sequentialDefaults as defaults } from './settings.ts';
import type { SequentialMetric, SequentialSettings } from './settings.ts';

const duration = z
  .union([z.number().min(0), durationSchema])
  .describe('Milliseconds as a number, or a duration such as 10s');

const metricSchema = z
  .object({
    name: z.string().min(1),
    type: z.enum(['ratio', 'limit', 'latency', 'gauge']).default('ratio'),
    tolerance: worseSchema(defaults.tolerance)
      .default(defaults.tolerance)
      .describe('Never fail for less than this'),
    margin: worseSchema(defaults.margin)
      .default(defaults.margin)
      .describe('Never pass more than this'),
    weight: z.number().positive().default(1).describe('Share in the false-alarm budget'),
    critical: z.boolean().default(false).describe('Four times the weight'),
    gate: z.boolean().default(true).describe('False: can fail the canary but need not pass'),
    direction: z.enum(directions).default('increase').describe('Which change is worse'),
    max: properShareSchema
      .optional()
      .describe('limit: the share of bad canary requests not to be exceeded'),
    quantile: properShareSchema.optional().describe('latency: 0.99 unless a threshold is given'),
    threshold: duration.optional().describe('latency: requests slower than this are slow'),
  })
  .transform((metric, context): SequentialMetric => {
    const { name, tolerance, margin, gate, direction, max, threshold, quantile = 0.99 } = metric;
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (metric.type === 'limit' && max === undefined) refuse('max', 'a limit needs `max`');
    if (metric.type !== 'limit' && !isBeyond(margin, tolerance)) {
      refuse('margin', 'must be larger than `tolerance`: between the two both answers are right');
    }
    const weight = metric.weight * (metric.critical ? 4 : 1);
    const common = { name, tolerance, margin, weight, gate };
    if (metric.type === 'limit') return { ...common, type: 'limit', max: max ?? 1 };
    if (metric.type !== 'latency') return { ...common, type: metric.type, direction };
    return threshold === undefined
      ? { ...common, type: 'latency', quantile }
      : { ...common, type: 'latency', threshold };
  });

const noiseSchema = z.union([
  z.enum(noiseModes).transform((mode) => ({ mode, canaryPods: 1 })),
  z.object({
    mode: z.enum(noiseModes).default(defaults.noise.mode),
    canaryPods: z.number().int().min(1).default(1),
  }),
]);

const splitSchema = z.object({
  tolerance: fractionSchema.default(defaults.trafficSplit.tolerance),
  falseAlarm: properShareSchema.default(defaults.trafficSplit.falseAlarm),
});

/**
 * Counts are increases within the interval. Buckets are cumulative. What is missing or null was not
 * measured. Intervals follow each other without gaps; the first begins when the step begins.
 */
export const sequentialInputSchema = z
  .object({
    id: z.string(),
    kind: z.literal('sequential'),
    metrics: z.array(metricSchema).min(1).max(50),
    alpha: properShareSchema
      .default(defaults.falseAlarm)
      .describe('Healthy canaries that are ever failed'),
    beta: properShareSchema.default(defaults.missedRegression).describe('Bad canaries that pass'),
    interval: duration.default(defaults.interval).refine((ms) => ms > 0, 'must be above 0'),
    warmUp: duration.default(defaults.warmUp),
    minDuration: duration.default(defaults.minDuration),
    maxDuration: duration.default(defaults.maxDuration),
    minRequests: z.number().min(0).default(defaults.minRequests),
    horizon: z.number().int().min(1).optional().describe('Intervals; maxDuration/interval'),
    noise: noiseSchema.default(defaults.noise),
    history: z.record(z.string(), z.array(pods)).default({}).describe('Baseline before the run'),
    share: z
      .union([properShareSchema, z.array(properShareSchema)])
      .optional()
      .describe("The canary's share as the router was told, for all intervals or one by one"),
    trafficSplit: splitSchema.nullable().default(defaults.trafficSplit),
    intervals: z.array(byName(arms)),
  })
  .superRefine(({ metrics }, context) => {
    const names = metrics.map(({ name }) => name);
    names.forEach((name, index) => {
      if (names.indexOf(name) === index) return;
      const message = `two metrics are called "${name}"`;
      context.addIssue({ code: 'custom', path: ['metrics', index, 'name'], message });
    });
  })
  .transform((input) => {
    const { id, metrics } = input;
    return { id, metrics, settings: settingsOf(input), ...samplesOf(input) };
  });

export type SequentialInput = z.output<typeof sequentialInputSchema>;

function settingsOf(
  input: Omit<SequentialSettings, 'falseAlarm' | 'missedRegression' | 'horizon' | 'restarts'> & {
    alpha: number;
    beta: number;
    horizon?: number | undefined;
  },
): SequentialSettings {
  const { interval, warmUp, minDuration, maxDuration, minRequests, noise, trafficSplit } = input;
  return {
    falseAlarm: input.alpha,
    missedRegression: input.beta,
    horizon: input.horizon ?? Math.max(1, Math.ceil(maxDuration / interval)),
    restarts: 0,
    interval,
    warmUp,
    minDuration,
    maxDuration,
    minRequests,
    noise,
    trafficSplit,
  };
}
