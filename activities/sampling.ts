/** Sampling: ask the providers for one interval, and turn answers into samples for the judge. */

import { overflowBound } from '../domain/analysis/samples.ts';
import type { MetricSpec } from '../domain/analysis/spec.ts';
import type { MetricObservation, Sample } from '../domain/analysis/verdict.ts';
import { CrescendoError } from '../domain/errors.ts';
import { fillTemplate, type TemplateValues } from '../domain/template.ts';
import type { CallContext } from '../providers/call.ts';
import type { Providers } from '../providers/index.ts';
import type { MetricAnswer, MetricProvider, Series } from '../providers/metrics/contract.ts';
import { siteOf } from './deployment.ts';
import type { BakeInput } from './contract.ts';

/** Last value of every raw counter, by query and series: increases need two looks. */
export type Counters = Record<string, number>;

export interface Interval {
  /** Epoch milliseconds. */
  from: number;
  to: number;
}

interface Arm {
  name: 'canary' | 'stable';
  version: string;
}

/** Thrown inside, returned as data: what a provider did wrong is for the judge to weigh. */
class Unmeasured extends Error {
  readonly observation: MetricObservation;
  constructor(observation: MetricObservation) {
    super('unmeasured');
    this.observation = observation;
  }
}

/**
 * One metric in one interval, both arms. `counters` is read and updated. Never throws for what a
 * provider did; an arm without any data is null, and without canary data there is `noData`.
 */
export async function measure(
  providers: Providers,
  input: BakeInput,
  metric: MetricSpec,
  interval: Interval,
  counters: Counters,
  context: CallContext,
): Promise<MetricObservation> {
  try {
    const provider = providers.metrics(metric.from);
    const arms: Arm[] = [{ name: 'canary', version: input.canary }];
    if (input.stable !== null) arms.push({ name: 'stable', version: input.stable });
    const samples = await Promise.all(
      arms.map((arm) => sampleArm(provider, input, metric, interval, arm, counters, context)),
    );
    const [canary, stable] = samples;
    if (!canary?.sample) return { phase: 'noData', detail: canary?.detail ?? 'no answer' };
    return { phase: 'measured', canary: canary.sample, stable: stable?.sample ?? null };
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof Unmeasured) return error.observation;
    // Whatever it was: a watch that failed here would fail again for ever, and never say so.
    return {
      phase: 'providerError',
      detail: error instanceof Error ? error.message : String(error),
    };
  }
}

async function sampleArm(
  provider: MetricProvider,
  input: BakeInput,
  metric: MetricSpec,
  interval: Interval,
  arm: Arm,
  counters: Counters,
  context: CallContext,
): Promise<{ sample: Sample | null; detail: string }> {
  const site = siteOf(input.place);
  const values: TemplateValues = {
    ...site,
    version: arm.version,
    arm: arm.name,
    interval: `${Math.max(1, Math.round((interval.to - interval.from) / 1000))}s`,
    ...provider.templateValues?.(site, arm.version),
  };
  const cumulative = metric.cumulative ?? provider.cumulative;
  // Taken over together or not at all: errors of two intervals over requests of one would be a lie.
  const seen: Counters = {};
  const keep = () => void Object.assign(counters, seen);
  const ask = async (query: string): Promise<Series[] | string> => {
    const filled = fillTemplate(query, values);
    const step = interval.to - interval.from;
    const answer = await provider.query({ query: filled, ...interval, step }, context);
    const series = unpack(answer);
    if (typeof series === 'string' || !cumulative) return series;
    return increases(`${metric.name}/${arm.name}/${filled}`, series, counters, seen);
  };
  const queries = queriesOf(metric, provider);
  if (queries.type === 'ratio') {
    const [bad, total] = await Promise.all([ask(queries.bad), ask(queries.total)]);
    if (typeof total === 'string') return { sample: null, detail: total };
    // No series is no evidence, also for errors: a misspelt query must not look like perfect health.
    if (typeof bad === 'string') {
      return {
        sample: null,
        detail: `${bad} (where no errors means no series, add "or vector(0)")`,
      };
    }
    keep();
    if (total.length === 0) return { sample: null, detail: 'first look at a counter' };
    return { sample: { kind: 'ratio', bad: sum(bad), total: sum(total) }, detail: '' };
  }
  if (queries.type === 'latency') {
    const buckets = await ask(queries.buckets);
    if (typeof buckets === 'string') return { sample: null, detail: buckets };
    keep();
    if (buckets.length === 0) return { sample: null, detail: 'first look at a histogram' };
    const inMs = queries.unit === 's' ? 1000 : 1;
    return { sample: { kind: 'latency', buckets: bucketsOf(buckets, inMs) }, detail: '' };
  }
  const value = await ask(queries.value);
  if (typeof value === 'string') return { sample: null, detail: value };
  keep();
  const [first] = value;
  if (!first) return { sample: null, detail: 'first look at a gauge' };
  if (value.length > 1) throw severalSeries(metric, value.length);
  return { sample: { kind: 'gauge', value: latest(first) }, detail: '' };
}

type Queries =
  | { type: 'ratio'; bad: string; total: string }
  | { type: 'latency'; buckets: string; unit?: 'ms' | 's' | undefined }
  | { type: 'gauge'; value: string };

function queriesOf(metric: MetricSpec, provider: MetricProvider): Queries {
  if (!('signal' in metric)) return metric;
  const queries = provider.signals?.(undefined)[metric.signal];
  if (queries) return queries;
  const message = `connection "${metric.from}" has no built-in queries for ${metric.signal}: write them in the specification`;
  throw new CrescendoError('settings_invalid', message);
}

/** Series, or a sentence when there is no data. */
function unpack(answer: MetricAnswer): Series[] | string {
  if (answer.kind === 'noData') return answer.detail;
  if (answer.kind === 'points') {
    const series = answer.series.filter(({ points }) => points.length > 0);
    return series.length > 0 ? series : 'the answer holds no points';
  }
  throw new Unmeasured({ phase: 'providerError', detail: answer.detail });
}

/**
 * Increases since the last look. The first look at a query gives none; a series that appears later
 * has begun to count in between, so all of it is increase.
 */
function increases(
  key: string,
  series: readonly Series[],
  counters: Readonly<Counters>,
  seen: Counters,
): Series[] {
  const first = counters[key] === undefined;
  seen[key] = 1;
  return series.flatMap((one) => {
    const name = `${key}/${labelKey(one.labels)}`;
    const value = latest(one);
    const before = counters[name] ?? (first ? null : 0);
    seen[name] = value;
    if (before === null) return [];
    // A drop means that the process began to count anew: all of it is increase.
    const increase = value >= before ? value - before : value;
    return [{ labels: one.labels, points: [[one.points.at(-1)?.[0] ?? 0, increase]] }];
  });
}

/** The same labels give the same key, in whatever order a provider names them. */
function labelKey(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .toSorted((a, b) => a.localeCompare(b))
    .join(',');
}

function latest(series: Series): number {
  return series.points.at(-1)?.[1] ?? 0;
}

function sum(series: readonly Series[]): number {
  return series.reduce((total, one) => total + latest(one), 0);
}

/** Cumulative buckets, series of several instances added up, in the order of their bounds. */
function bucketsOf(series: readonly Series[], inMs: number): [number, number][] {
  const counts = new Map<number, number>();
  for (const one of series) {
    const le = one.labels['le'];
    if (le === undefined) continue;
    const bound = le === '+Inf' ? overflowBound : Number(le) * inMs;
    counts.set(bound, (counts.get(bound) ?? 0) + latest(one));
  }
  return [...counts].sort(([a], [b]) => a - b);
}

function severalSeries(metric: MetricSpec, count: number): CrescendoError {
  const message = `${metric.name}: the query gave ${count} series where one is needed: aggregate it, e.g. with avg()`;
  return new CrescendoError('settings_invalid', message);
}
