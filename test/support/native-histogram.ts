/** An exporter of native histograms: only Prometheus's protobuf format has them. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs';

const schema = `
syntax = "proto2";
package io.prometheus.client;
message LabelPair { optional string name = 1; optional string value = 2; }
message BucketSpan { optional sint32 offset = 1; optional uint32 length = 2; }
message Histogram {
  optional uint64 sample_count = 1;
  optional double sample_sum = 2;
  optional sint32 schema = 5;
  optional double zero_threshold = 6;
  optional uint64 zero_count = 7;
  repeated BucketSpan positive_span = 12;
  repeated sint64 positive_delta = 13;
}
message Metric { repeated LabelPair label = 1; optional Histogram histogram = 7; }
message MetricFamily {
  optional string name = 1;
  optional string help = 2;
  optional int32 type = 3;
  repeated Metric metric = 4;
}`;
const family = protobuf
  .parse(schema, { keepCase: true })
  .root.lookupType('io.prometheus.client.MetricFamily');
/** MetricType.HISTOGRAM */
const histogramType = 4;

export interface ObservedHistogram {
  labels: Record<string, string>;
  /** Observed values, above 0. */
  values: number[];
}

/** Serves `observed()` as one metric at every scrape; `scrapes` counts them. */
export async function startHistogramExporter(
  name: string,
  observed: () => ObservedHistogram[],
): Promise<{ address: string; scrapes: () => number; close: () => Promise<void> }> {
  let scrapes = 0;
  const server = createServer((_request, response) => {
    scrapes += 1;
    response.setHeader(
      'content-type',
      'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
    );
    response.end(encode(name, observed()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { address: `127.0.0.1:${port}`, scrapes: () => scrapes, close };
}

function encode(name: string, observed: ObservedHistogram[]): Uint8Array {
  const metric = observed.map(({ labels, values }) => ({
    label: Object.entries(labels).map(([label, value]) => ({ name: label, value })),
    histogram: histogramOf(values),
  }));
  return family.encodeDelimited({ name, help: name, type: histogramType, metric }).finish();
}

/** Schema 3: eight buckets for each doubling. Each bucket is a span of its own. */
function histogramOf(values: number[]): object {
  const counts = new Map<number, number>();
  for (const value of values) {
    const bucket = Math.ceil(Math.log2(value) * 8 - 1e-9);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return {
    sample_count: values.length,
    sample_sum: values.reduce((sum, value) => sum + value, 0),
    schema: 3,
    zero_threshold: 1e-128,
    zero_count: 0,
    positive_span: sorted.map(([bucket], index) => {
      const before = sorted[index - 1]?.[0];
      return { offset: before === undefined ? bucket : bucket - before - 1, length: 1 };
    }),
    positive_delta: sorted.map(([, count], index) => count - (sorted[index - 1]?.[1] ?? 0)),
  };
}
