/** Calibration: the past of the stable version, interval by interval, before traffic is shifted. */

import { Context, heartbeat } from '@temporalio/activity';
import type { SequentialMetricSpec } from '../domain/analysis/metric-spec.ts';
import { requestsOf } from '../domain/analysis/samples.ts';
import type { History } from '../domain/analysis/sequential/observation.ts';
import { badShare, startFromHistory } from '../domain/analysis/sequential/past.ts';
import type { MetricSpec } from '../domain/analysis/spec.ts';
import type { Sample } from '../domain/analysis/verdict.ts';
import type { MetricHistory } from '../domain/events.ts';
import type { CallContext } from '../providers/call.ts';
import type { Providers } from '../providers/index.ts';
import type { MetricProvider, Series } from '../providers/metrics/contract.ts';
import type { CalibrationInput, CalibrationResult, WatchingActivities } from './contract.ts';
import { grown } from './counters.ts';
import { siteOf } from './deployment.ts';
import { filler, isCumulative, queriesOf, type Queries } from './queries.ts';
import { boundOf, unpack } from './sampling.ts';

export function calibrationActivities(providers: Providers): Pick<WatchingActivities, 'calibrate'> {
  return { calibrate: (input) => calibrate(providers, input) };
}

/** Labels that tell instances of a version apart, in the order in which they are looked for. */
const podLabels = ['pod', 'instance', 'host', 'task', 'container'];
const beat = 1000;
/** A counter of which there is one value has no increase, and some providers only know the present. */
const nothingYet = 'the provider keeps no past, or has none yet';

async function calibrate(
  providers: Providers,
  input: CalibrationInput,
): Promise<CalibrationResult> {
  const context: CallContext = { signal: signalFor(input), progress: () => {} };
  const timer = setInterval(() => heartbeat(), beat);
  try {
    const pasts = await Promise.all(
      input.metrics.map((metric) => pastOf(providers, input, metric, Date.now(), context)),
    );
    const known = pasts.filter(({ history }) => history.length > 0);
    const histories = Object.fromEntries(
      known.map(({ metric, history }) => [metric.name, history]),
    );
    const specs = input.metrics.filter(
      (metric): metric is SequentialMetricSpec => metric.judgedBy === 'sequential',
    );
    const { memory, calibrated } = startFromHistory(
      specs,
      input.settings,
      input.horizon,
      histories,
    );
    return {
      memory,
      histories: pasts.map((past) =>
        describe(past, calibrated.includes(past.metric.name), input.settings.interval),
      ),
    };
  } finally {
    clearInterval(timer);
  }
}

/** Ends with the activity, and when whoever asks has waited long enough. */
function signalFor({ patience }: CalibrationInput): AbortSignal {
  const { cancellationSignal } = Context.current();
  if (patience === undefined) return cancellationSignal;
  return AbortSignal.any([cancellationSignal, AbortSignal.timeout(patience)]);
}

interface Past {
  metric: MetricSpec;
  history: History;
  detail: string | null;
}

/** Never throws for what a provider did: without a past the release goes on, uncalibrated. */
async function pastOf(
  providers: Providers,
  input: CalibrationInput,
  metric: MetricSpec,
  now: number,
  context: CallContext,
): Promise<Past> {
  try {
    const history = await readPast(providers.metrics(metric.from), input, metric, now, context);
    return typeof history === 'string'
      ? { metric, history: [], detail: history }
      : { metric, history, detail: history.length > 0 ? null : nothingYet };
  } catch (error) {
    Context.current().cancellationSignal.throwIfAborted();
    if (context.signal.aborted) {
      const seconds = Math.round((input.patience ?? 0) / 1000);
      return { metric, history: [], detail: `no answer within ${seconds} s` };
    }
    const detail = error instanceof Error ? error.message : String(error);
    return { metric, history: [], detail };
  }
}

async function readPast(
  provider: MetricProvider,
  input: CalibrationInput,
  metric: MetricSpec,
  now: number,
  context: CallContext,
): Promise<History | string> {
  const { interval: step, dataDelay, noise } = input.settings;
  const to = now - dataDelay;
  const from = to - noise.history;
  const arm = { name: 'stable', version: input.stable } as const;
  const fill = filler(provider, siteOf(input.place), arm, step);
  const queries = queriesOf(metric, provider);
  const cumulative = isCumulative(metric, queries, provider);
  const ask = async (query: string): Promise<Point[] | string> => {
    const answer = await provider.query({ query: fill(query), from, to, step }, context);
    const series = unpack(answer);
    if (typeof series === 'string') return series;
    return series.flatMap((one) => pointsOf(one, { from, step, cumulative }));
  };
  return pastReaders[queries.type](queries as never, ask);
}

/** One series' number in one interval. */
interface Point {
  interval: number;
  pod: string;
  series: Series;
  value: number;
}

function pointsOf(
  series: Series,
  { from, step, cumulative }: { from: number; step: number; cumulative: boolean },
): Point[] {
  const pod = podLabels.map((label) => series.labels[label]).find((label) => label) ?? '';
  return series.points.flatMap(([time, value], index): Point[] => {
    const interval = Math.round((time - from) / step);
    if (!cumulative) return [{ interval, pod, series, value }];
    const before = series.points[index - 1];
    // An increase over a gap belongs to several intervals, and nobody knows how to divide it.
    if (!before || Math.round((time - before[0]) / step) !== 1) return [];
    return [{ interval, pod, series, value: grown(before[1], value) }];
  });
}

type Ask = (query: string) => Promise<Point[] | string>;

const pastReaders: {
  [Type in Queries['type']]: (
    queries: Extract<Queries, { type: Type }>,
    ask: Ask,
  ) => Promise<History | string>;
} = {
  async ratio({ bad: badQuery, total: totalQuery }, ask) {
    const [bad, total] = await Promise.all([ask(badQuery), ask(totalQuery)]);
    if (typeof total === 'string') return total;
    if (typeof bad === 'string') return bad;
    const isBad = new Set(bad);
    return historyOf([...total, ...bad], (points): Sample => {
      return {
        kind: 'ratio',
        bad: sum(points.filter((point) => isBad.has(point))),
        total: sum(points.filter((point) => !isBad.has(point))),
      };
    });
  },
  async latency({ buckets: query, unit }, ask) {
    const buckets = await ask(query);
    if (typeof buckets === 'string') return buckets;
    return historyOf(buckets, (points): Sample => {
      const counts = new Map<number, number>();
      for (const { series, value } of points) {
        const bound = boundOf(series, unit === 's' ? 1000 : 1);
        if (bound !== null) counts.set(bound, (counts.get(bound) ?? 0) + value);
      }
      return { kind: 'latency', buckets: [...counts].sort(([a], [b]) => a - b) };
    });
  },
  async gauge({ value: query }, ask) {
    const value = await ask(query);
    if (typeof value === 'string') return value;
    return historyOf(value, ([first]): Sample => ({ kind: 'gauge', value: first?.value ?? 0 }));
  },
};

function sum(points: readonly Point[]): number {
  return points.reduce((all, { value }) => all + value, 0);
}

/** Intervals in order, each with a sample per pod. */
function historyOf(points: readonly Point[], sample: (points: Point[]) => Sample): History {
  const byInterval = new Map<number, Map<string, Point[]>>();
  for (const point of points) {
    const pods = byInterval.get(point.interval) ?? new Map<string, Point[]>();
    byInterval.set(point.interval, pods);
    pods.set(point.pod, [...(pods.get(point.pod) ?? []), point]);
  }
  return [...byInterval]
    .sort(([a], [b]) => a - b)
    .map(([, pods]) => {
      return Object.fromEntries([...pods].map(([pod, own]) => [pod, sample(own)]));
    });
}

function describe(
  { metric, history, detail }: Past,
  calibrated: boolean,
  interval: number,
): MetricHistory {
  const samples = history.flatMap((pods) => Object.values(pods));
  const requests = samples.reduce((sum, sample) => sum + (requestsOf(sample) ?? 0), 0);
  const counted = metric.kind !== 'gauge' && history.length > 0;
  return {
    metric: metric.name,
    intervals: history.length,
    instances: new Set(history.flatMap((pods) => Object.keys(pods))).size,
    requestsPerSecond: counted ? requests / ((history.length * interval) / 1000) : null,
    rate: badShare(metric, history),
    calibrated,
    detail,
  };
}
