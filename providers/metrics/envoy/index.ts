/** Metrics from Envoy itself: its own counters per version, with no metrics system in between. */

import type { HttpAnswer } from '../../http.ts';
import { clusterName } from '../../routers/envoy/names.ts';
import type { Vendor } from '../../shelf.ts';
import { answering, failure, notItsFormat, shorten, wrongQuery } from '../answers.ts';
import type { MetricAnswer, MetricProvider, Series, SignalQueries } from '../contract.ts';
import { createMatch, parseSamples, parseSelector } from './exposition.ts';
import type { Sample, Selector } from './exposition.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';
import { createSnapshots } from './snapshot.ts';
import { clusterOf, zeroSeries } from './zero.ts';

export const envoy: Vendor<Settings, Connection, MetricProvider> = {
  name: 'envoy',
  settings: settingsSchema,
  connection: connectionSchema,
  create(_settings, { admin, timeoutMs }) {
    const read = createSnapshots(timeoutMs);
    return {
      cumulative: true,
      signals: () => signals,
      templateValues: (site, version) => ({ cluster: clusterName(site, version) }),
      async query({ query, to }, context) {
        const selector = parseSelector(query);
        const match = selector && compile(selector);
        if (!match) return wrongQuery(`"${query}" is no selector like name{label="value"}`);
        const url = statsUrl(admin, clusterOf(selector));
        return answering(context, async () => {
          return readAnswer(await read(url, context.signal), selector, match, to);
        });
      },
    };
  },
};

const ofCluster = 'envoy_cluster_name="{{cluster}}"';

// Completed requests, and among them what Envoy had to answer itself: a version that is dead, closes
// the connection or takes too long is counted as 503 or 504. Requests that were started
// (`upstream_rq_total`) would miss those that found nobody to connect to.
const signals: Record<'errors' | 'latency', SignalQueries> = {
  errors: {
    type: 'ratio',
    bad: `envoy_cluster_upstream_rq_xx{${ofCluster},envoy_response_code_class="5"}`,
    total: `envoy_cluster_upstream_rq_completed{${ofCluster}}`,
  },
  latency: { type: 'latency', buckets: `envoy_cluster_upstream_rq_time_bucket{${ofCluster}}` },
};

/** With a cluster: its statistics, also those at zero. Without: everything that ever moved. */
function statsUrl(admin: string, cluster: string | undefined): string {
  if (cluster === undefined) return `${admin}/stats/prometheus?usedonly`;
  const escaped = cluster.replaceAll(/[^\w]/g, String.raw`\$&`);
  const filter = encodeURIComponent(String.raw`^cluster\.${escaped}\.`);
  return `${admin}/stats/prometheus?filter=${filter}`;
}

function readAnswer(
  answer: HttpAnswer,
  selector: Selector,
  match: (sample: Sample) => boolean,
  time: number,
): MetricAnswer {
  if (answer.status !== 200) return failure('Envoy', answer, shorten(answer.text));
  const samples = parseSamples(answer.text);
  if (!samples) return notItsFormat('Envoy', answer);
  const found = samples.filter(match);
  const series = found.length > 0 ? found.map(toSeries) : zeroSeries(selector, samples);
  const points = series.filter(({ value }) => Number.isFinite(value));
  if (points.length === 0) return { kind: 'noData', detail: whyNone(selector, samples, found) };
  return {
    kind: 'points',
    series: points.map(({ labels, value }): Series => ({ labels, points: [[time, value]] })),
  };
}

function whyNone(selector: Selector, samples: Sample[], found: Sample[]): string {
  if (found.length > 0) return 'all values are NaN or infinite';
  const cluster = clusterOf(selector);
  if (cluster !== undefined && samples.length === 0) return `Envoy knows no cluster "${cluster}"`;
  return `Envoy has no statistic that ${selector.name} selects`;
}

function compile(selector: Selector): ((sample: Sample) => boolean) | null {
  try {
    return createMatch(selector);
  } catch {
    return null;
  }
}

function toSeries({ labels, value }: Sample): { labels: Record<string, string>; value: number } {
  return { labels, value };
}
