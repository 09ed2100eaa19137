/** The shelf of metric providers: one line per vendor. */

import { createShelf } from '../shelf.ts';
import type { MetricProvider } from './contract.ts';
import { cloudwatch } from './cloudwatch/index.ts';
import { command } from './command/index.ts';
import { datadog } from './datadog/index.ts';
import { dynatrace } from './dynatrace/index.ts';
import { elasticsearch } from './elasticsearch/index.ts';
import { envoy } from './envoy/index.ts';
import { googleCloudMonitoring } from './google-cloud-monitoring/index.ts';
import { graphite } from './graphite/index.ts';
import { influxdb } from './influxdb/index.ts';
import { newrelic } from './newrelic/index.ts';
import { prometheus } from './prometheus/index.ts';
import { skywalking } from './skywalking/index.ts';
import { splunk } from './splunk/index.ts';
import { sql } from './sql/index.ts';
import { wavefront } from './wavefront/index.ts';
import { web } from './web/index.ts';

export const metricProviders = createShelf<MetricProvider>('metric provider', [
  prometheus,
  envoy,
  web,
  datadog,
  newrelic,
  dynatrace,
  splunk,
  wavefront,
  skywalking,
  googleCloudMonitoring,
  sql,
  command,
  graphite,
  influxdb,
  cloudwatch,
  elasticsearch,
]);
