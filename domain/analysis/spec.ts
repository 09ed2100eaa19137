/** The `analysis` part of a specification: metrics, the method, and how sure it has to be. */

import { z } from 'zod';
import { durationSchema } from '../duration-spec.ts';
import { metricSchema, methods, readMetric, type MetricSpec } from './metric-spec.ts';
import { noiseModes, sequentialDefaults as defaults } from './sequential/settings.ts';
import { fractionSchema, properShareSchema } from './units.ts';

export type { MetricSpec } from './metric-spec.ts';

const duration = (fallback: string) => durationSchema.prefault(fallback);

const noiseSchema = z.strictObject({
  mode: z
    .enum(noiseModes)
    .default(defaults.noise.mode)
    .describe('What noise of the baseline counts against the evidence'),
  history: duration('30m').describe('Baseline looked at before traffic is shifted; 0s: none'),
  canaryPods: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(defaults.noise.canaryPods)
    .describe('Instances of the canary'),
});

const splitSchema = z.strictObject({
  tolerance: fractionSchema
    .default(defaults.trafficSplit.tolerance)
    .describe("Part of the canary's share by which it may be off"),
  falseAlarm: properShareSchema.default(defaults.trafficSplit.falseAlarm),
  settle: duration('1m').describe(
    'Time after each shift that is not counted: scrapes, routers and clients follow it late',
  ),
});

const scoreSchema = z
  .strictObject({
    pass: z.number().min(0).max(100).default(95).describe('Score from which on it passes'),
    marginal: z.number().min(0).max(100).default(75).describe('Score below which it fails'),
    groupWeights: z
      .record(z.string(), z.number().min(0).max(100))
      .default({})
      .describe('Percent by group; groups without one share the rest'),
    minPoints: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(50)
      .describe('Points that each metric needs before the score is believed'),
  })
  .refine(({ pass, marginal }) => marginal <= pass, {
    path: ['marginal'],
    message: 'must not be above pass',
  });

const writtenSchema = z.strictObject({
  method: z.enum(methods).default('sequential').describe('For metrics that do not tell their own'),
  interval: duration('10s').describe('Distance of looks at the metrics'),
  falseAlarm: properShareSchema
    .default(defaults.falseAlarm)
    .describe('Healthy releases that are ever failed, over all metrics, looks and steps'),
  missedRegression: properShareSchema
    .default(defaults.missedRegression)
    .describe('Versions worse than the margin that pass'),
  warmUp: duration('0s').describe('Dropped at the start of every step, whatever it shows'),
  dataDelay: duration('0s').describe('How late the metrics are complete'),
  minRequests: z
    .number()
    .int()
    .min(0)
    .default(defaults.minRequests)
    .describe('Requests that each arm needs in a step before it can pass'),
  noise: noiseSchema.prefault({}),
  trafficSplit: z
    .union([splitSchema, z.literal(false)])
    .prefault({})
    .describe('Check that the canary gets the share it was given; false: do not'),
  kayenta: scoreSchema.prefault({}),
  providerErrorBudget: durationSchema
    .optional()
    .describe("How long a provider may be away in a step, beside its time; the step's max"),
  metrics: z.array(metricSchema()).max(50).default([]),
});

export const analysisSchema = writtenSchema
  .superRefine((analysis, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    if (analysis.interval < 500) refuse(['interval'], 'must be at least 500ms');
    const names = analysis.metrics.map(
      (metric) => metric.name ?? ('signal' in metric ? metric.signal : ''),
    );
    names.forEach((name, index) => {
      if (name === '' || names.indexOf(name) === index) return;
      refuse(['metrics', index, 'name'], `two metrics are called "${name}"`);
    });
  })
  .transform(({ metrics: written, method, ...settings }, context) => {
    const metrics = written.flatMap((metric, index): MetricSpec[] => {
      const read = readMetric(metric, method, ['metrics', index], context);
      return read ? [read] : [];
    });
    return { ...settings, metrics };
  });

export type AnalysisSpec = z.output<typeof analysisSchema>;
/** What judges need to know beside the metrics; durations in milliseconds. */
export type AnalysisSettings = Omit<AnalysisSpec, 'metrics'>;
