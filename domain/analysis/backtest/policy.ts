/** A policy to be tried on recordings: one method with its settings. */

import { z } from 'zod';
import { parseDuration } from '../../duration.ts';
import { durationSchema } from '../../duration-spec.ts';
import { limitsSchema } from '../conditions/limits.ts';
import { kayentaSettingsSchema } from '../kayenta/settings.ts';
import { analysisSchema } from '../spec.ts';
import { playKayenta } from './kayenta-player.ts';
import type { Player } from './play.ts';
import type { Overrides } from './recording.ts';
import { playSequential } from './sequential-player.ts';
import { playSpecification, type AskConditions } from './specification-player.ts';
import { playThreshold } from './threshold-player.ts';

const anything = z.unknown().optional();

/** Fields of a recording that may be said otherwise; they are checked when they are in their place. */
const settings = {
  alpha: anything,
  beta: anything,
  warmUp: anything,
  minDuration: anything,
  maxDuration: anything,
  minRequests: anything,
  horizon: anything,
  noise: anything,
  trafficSplit: anything,
};

const metricSettings = z.strictObject({
  tolerance: anything,
  margin: anything,
  weight: anything,
  critical: anything,
  gate: anything,
  direction: anything,
  max: anything,
  quantile: anything,
  threshold: anything,
});

const name = z.string().min(1).max(100).optional();

const sequentialPolicy = z.strictObject({
  name,
  method: z.literal('sequential'),
  ...settings,
  metrics: z.record(z.string(), metricSettings).optional(),
});

const limit = z.union([z.number(), z.string()]).transform((written, context) => {
  if (typeof written === 'number') return written;
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(written);
  const value = percent ? Number(percent[1]) / 100 : parseDuration(written);
  if (value !== null) return value;
  const message = `write a share (1%), a latency (300ms) or a plain number, not "${written}"`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const thresholdPolicy = z.strictObject({
  name,
  method: z.literal('threshold'),
  every: durationSchema.prefault('1m').describe('What one measurement looks at'),
  limits: limitsSchema.prefault({}),
  metrics: z.record(z.string(), limit).refine((all) => Object.keys(all).length > 0, {
    message: 'give at least one metric its limit: without one nothing could fail',
  }),
});

const kayentaPolicy = z.strictObject({
  name,
  method: z.literal('kayenta'),
  step: durationSchema.prefault('1m').describe('What one point stands for'),
  every: durationSchema.optional().describe('Judged again and again; without it once, at the end'),
  after: durationSchema.prefault('0s').describe('Not judged before'),
  until: durationSchema.optional().describe('Judged for the last time; the end of the recording'),
  pass: z.number().min(0).max(100).default(95),
  marginal: z.number().min(0).max(100).default(75),
  config: kayentaSettingsSchema.prefault({}),
});

/** What a whole specification says, judged as its releases are. */
const specificationPolicy = z.strictObject({
  name,
  method: z.literal('specification'),
  analysis: analysisSchema,
});

export const policySchema = z.discriminatedUnion('method', [
  specificationPolicy,
  sequentialPolicy,
  thresholdPolicy,
  kayentaPolicy,
]);
export type Policy = z.output<typeof policySchema>;

/** What the recording is read with. */
export function overridesOf(policy: Policy): Overrides {
  if (policy.method !== 'sequential') return {};
  const { name: _name, method: _method, ...overrides } = policy;
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}

export function playerOf(policy: Policy, ask: AskConditions): Player {
  if (policy.method === 'specification') {
    return (recording) => playSpecification(recording, policy.analysis, ask);
  }
  if (policy.method === 'sequential') return playSequential;
  if (policy.method === 'threshold') return (recording) => playThreshold(recording, policy);
  const { step, every, after, until, config, pass, marginal } = policy;
  const asked = {
    step,
    every: every ?? null,
    after,
    until: until ?? null,
    config,
    thresholds: { pass, marginal },
  };
  return (recording) => playKayenta(recording, asked);
}

/** The name in tables: its own, or the method with what makes it different. */
export function nameOf(policy: Policy): string {
  return policy.name ?? policy.method;
}
