/** Sampling: ask the providers for one interval, and turn answers into samples for the judge. */

import { combine, overflowBound, valueOf } from '../domain/analysis/samples.ts';
import type { MetricSpec } from '../domain/analysis/spec.ts';
import type {
  ArmSamples,
  ConditionOutcome,
  MetricObservation,
  Sample,
} from '../domain/analysis/verdict.ts';
import { measureWith } from '../conditions/measure.ts';
import { CrescendoError } from '../domain/errors.ts';
import type { CallContext } from '../providers/call.ts';
import type { Providers } from '../providers/index.ts';
import type { MetricAnswer, MetricProvider, Series } from '../providers/metrics/contract.ts';
import { increases, latest, type Counters } from './counters.ts';
import { siteOf } from './deployment.ts';
import type { BakeInput } from './contract.ts';
import { filler, isCumulative, queriesOf, type Arm, type Queries } from './queries.ts';

export interface Interval {
  /** Epoch milliseconds. */
  from: number;
  to: number;
}

/** What is measured: the versions at a place. */
type Measured = Pick<BakeInput, 'place' | 'canary' | 'stable'> & Partial<Pick<BakeInput, 'limits'>>;

/** Thrown inside, returned as data: what a provider did wrong is for the judge to weigh. */
class Unmeasured extends Error {
  readonly observation: MetricObservation;
  constructor(observation: MetricObservation) {
    super('detail' in observation ? observation.detail : observation.phase);
    this.observation = observation;
  }
}

/**
 * One metric in one interval, both arms. `counters` is read and updated. Never throws for what a
 * provider did; an arm without any data is null, and without canary data there is `noData`.
 */
export async function measure(
  providers: Providers,
  input: Measured,
  metric: MetricSpec,
  interval: Interval,
  counters: Counters,
  context: CallContext,
): Promise<MetricObservation> {
  try {
    const provider = providers.metrics(metric.from);
    const arms = await Promise.all(
      armsOf(input, metric).map((arm) =>
        sampleArm(provider, input, metric, interval, arm, counters, context),
      ),
    );
    return observationOf(metric, arms);
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

/** Conditions are about the canary alone. */
function armsOf({ canary, stable, limits }: Measured, metric: MetricSpec): Arm[] {
  // After a rollback the version that is watched is found where stable is found.
  const name = limits?.mode === 'verify' ? 'stable' : 'canary';
  const arms: Arm[] = [{ name, version: canary }];
  if (stable !== null && metric.judgedBy !== 'conditions') {
    arms.push({ name: 'stable', version: stable });
  }
  return arms;
}

/** One arm in one interval: samples by stratum, of which a metric without strata has one. */
interface ArmAnswer {
  samples: Record<string, Sample>;
  /** Why there are none. */
  detail: string;
  /** The values of every series, for conditions. */
  values: number[];
}

function observationOf(metric: MetricSpec, arms: readonly ArmAnswer[]): MetricObservation {
  const [canary, stable] = arms;
  const whole = (arm: ArmAnswer | undefined) => combine(Object.values(arm?.samples ?? {}));
  const seen = whole(canary);
  if (!canary || !seen) return { phase: 'noData', detail: canary?.detail ?? 'no answer' };
  const observation = { phase: 'measured', canary: seen, stable: whole(stable) } as const;
  if (metric.judgedBy === 'conditions') {
    return { ...observation, outcome: outcomeOf(metric, seen, canary.values) };
  }
  const divided = metric.judgedBy === 'sequential' && metric.stratifyBy !== undefined;
  return divided ? { ...observation, strata: strataOf(canary, stable) } : observation;
}

function strataOf(canary: ArmAnswer, stable: ArmAnswer | undefined): Record<string, ArmSamples> {
  const names = new Set([...Object.keys(canary.samples), ...Object.keys(stable?.samples ?? {})]);
  const both = [...names].map((name): [string, ArmSamples] => {
    return [name, { canary: canary.samples[name] ?? null, stable: stable?.samples[name] ?? null }];
  });
  return Object.fromEntries(both);
}

/** `result` is the share, the latency in milliseconds, the number, or the numbers of all series. */
function outcomeOf(
  metric: Extract<MetricSpec, { judgedBy: 'conditions' }>,
  sample: Sample,
  values: readonly number[],
): ConditionOutcome {
  const several = sample.kind === 'gauge' && values.length > 1;
  const result = several ? values : valueOf(sample, metric.quantile);
  const { phase, detail } = measureWith(metric)(result);
  return { phase, detail: detail ?? null };
}

async function sampleArm(
  provider: MetricProvider,
  input: Measured,
  metric: MetricSpec,
  interval: Interval,
  arm: Arm,
  counters: Counters,
  context: CallContext,
): Promise<ArmAnswer> {
  const step = interval.to - interval.from;
  const fill = filler(provider, siteOf(input.place), arm, step);
  const queries = queriesOf(metric, provider);
  const cumulative = isCumulative(metric, queries, provider);
  // Taken over together or not at all: errors of two intervals over requests of one would be a lie.
  const seen: Counters = {};
  const ask = async (query: string): Promise<Series[] | string> => {
    const filled = fill(query);
    const answer = await provider.query({ query: filled, ...interval, step }, context);
    const series = unpack(answer);
    if (typeof series === 'string' || !cumulative) return series;
    return increases(`${metric.name}/${arm.name}/${filled}`, series, counters, seen);
  };
  const answer = await readers[queries.type](queries as never, ask, metric);
  if (!answer.incomplete) Object.assign(counters, seen);
  return answer;
}

type Ask = (query: string) => Promise<Series[] | string>;
/** `incomplete`: part of the answer is missing, so no counter may be taken over. */
type Read = ArmAnswer & { incomplete?: boolean };

const readers: {
  [Type in Queries['type']]: (
    queries: Extract<Queries, { type: Type }>,
    ask: Ask,
    metric: MetricSpec,
  ) => Promise<Read>;
} = {
  async ratio({ bad: badQuery, total: totalQuery }, ask, metric) {
    const [bad, total] = await Promise.all([ask(badQuery), ask(totalQuery)]);
    if (typeof total === 'string') return { ...nothing(total), incomplete: true };
    // No series is no evidence, also for errors: a misspelt query must not look like perfect health.
    if (typeof bad === 'string') {
      const detail = `${bad} (where no errors means no series, add "or vector(0)")`;
      return { ...nothing(detail), incomplete: true };
    }
    if (total.length === 0) return nothing('first look at a counter');
    const badBy = byStratum(metric, bad);
    const samples = mapValues(byStratum(metric, total), (series, name): Sample => {
      return { kind: 'ratio', bad: sum(badBy[name] ?? []), total: sum(series) };
    });
    return { samples, detail: '', values: [] };
  },

  async latency({ buckets: query, unit }, ask, metric) {
    const buckets = await ask(query);
    if (typeof buckets === 'string') return { ...nothing(buckets), incomplete: true };
    if (buckets.length === 0) return nothing('first look at a histogram');
    const inMs = unit === 's' ? 1000 : 1;
    const samples = mapValues(byStratum(metric, buckets), (series): Sample => {
      return { kind: 'latency', buckets: bucketsOf(series, inMs) };
    });
    return { samples, detail: '', values: [] };
  },

  async gauge({ value: query }, ask, metric) {
    const value = await ask(query);
    if (typeof value === 'string') return { ...nothing(value), incomplete: true };
    const [first] = value;
    if (!first) return nothing('first look at a gauge');
    // Conditions may ask about all of them: `result.all(x, x < 5)`.
    if (value.length > 1 && metric.judgedBy !== 'conditions') {
      throw severalSeries(metric, value.length);
    }
    const samples: Record<string, Sample> = { '': { kind: 'gauge', value: latest(first) } };
    return { samples, detail: '', values: value.map(latest) };
  },
};

function nothing(detail: string): ArmAnswer {
  return { samples: {}, detail, values: [] };
}

/** Series by the label that divides them; without one all belong together. */
function byStratum(metric: MetricSpec, series: readonly Series[]): Record<string, Series[]> {
  const label = metric.judgedBy === 'sequential' ? metric.stratifyBy : undefined;
  const strata: Record<string, Series[]> = {};
  for (const one of series) {
    (strata[label === undefined ? '' : (one.labels[label] ?? '')] ??= []).push(one);
  }
  return strata;
}

function mapValues<A, B>(from: Record<string, A>, change: (value: A, key: string) => B) {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value, key)]));
}

/** Series, or a sentence when there is no data. */
export function unpack(answer: MetricAnswer): Series[] | string {
  if (answer.kind === 'noData') return answer.detail;
  if (answer.kind === 'points') {
    const series = answer.series.filter(({ points }) => points.length > 0);
    return series.length > 0 ? series : 'the answer holds no points';
  }
  throw new Unmeasured({ phase: 'providerError', detail: answer.detail });
}

function sum(series: readonly Series[]): number {
  return series.reduce((total, one) => total + latest(one), 0);
}

/** Cumulative buckets, series of several instances added up, in the order of their bounds. */
function bucketsOf(series: readonly Series[], inMs: number): [number, number][] {
  const counts = new Map<number, number>();
  for (const one of series) {
    const bound = boundOf(one, inMs);
    if (bound !== null) counts.set(bound, (counts.get(bound) ?? 0) + latest(one));
  }
  return [...counts].sort(([a], [b]) => a - b);
}

/** Upper bound of a bucket's series in milliseconds; null when it has none. */
export function boundOf({ labels }: Series, inMs: number): number | null {
  const le = labels['le'];
  if (le === undefined) return null;
  return le === '+Inf' ? overflowBound : Number(le) * inMs;
}

function severalSeries(metric: MetricSpec, count: number): CrescendoError {
  const message = `${metric.name}: the query gave ${count} series where one is needed: aggregate it, e.g. with avg()`;
  return new CrescendoError('settings_invalid', message);
}
