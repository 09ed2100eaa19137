/** The shelf of sources: which signal is read by which queries. */

import type { SignalQueries } from '../../contract.ts';
import { envoy } from './envoy.ts';
import { haproxy } from './haproxy.ts';
import { ingressNginx } from './ingress-nginx.ts';
import { istio } from './istio.ts';
import { kubernetes } from './kubernetes.ts';
import { linkerd } from './linkerd.ts';
import { opentelemetry, opentelemetryNative } from './opentelemetry.ts';
import type { Signal, SignalSource } from './source.ts';
import { traefik } from './traefik.ts';

const sources = {
  envoy,
  haproxy,
  'ingress-nginx': ingressNginx,
  istio,
  kubernetes,
  linkerd,
  opentelemetry,
  'opentelemetry-native': opentelemetryNative,
  traefik,
} as const satisfies Record<string, SignalSource>;

export type SourceName = keyof typeof sources;
export const sourceNames = Object.keys(sources) as SourceName[];

/** Labels by name; `null` drops what the source would ask for. A value may begin with =~, != or !~. */
export type LabelChoices = Record<string, string | null>;

/** The queries of one source; none for a name that is not on the shelf. */
export function signalsOf(
  name: string,
  choices: LabelChoices,
): Partial<Record<Signal, SignalQueries>> {
  if (!isSource(name)) return {};
  const source: SignalSource = sources[name];
  const labels = matchers({ ...source.labels, ...choices });
  const fill = (text: string) => text.replaceAll('$labels', () => labels);
  const filled = Object.entries(source.queries).map(([signal, queries]) => {
    return [signal, mapQueries(queries, fill)] as const;
  });
  return Object.fromEntries(filled);
}

function isSource(name: string): name is SourceName {
  return Object.hasOwn(sources, name);
}

function mapQueries(queries: SignalQueries, fill: (text: string) => string): SignalQueries {
  if (queries.type === 'gauge') return { ...queries, value: fill(queries.value) };
  if (queries.type === 'latency') return { ...queries, buckets: fill(queries.buckets) };
  return { ...queries, bad: fill(queries.bad), total: fill(queries.total) };
}

function matchers(labels: LabelChoices): string {
  return Object.entries(labels)
    .flatMap(([label, wanted]) => (wanted === null ? [] : [matcher(label, wanted)]))
    .join(',');
}

function matcher(label: string, wanted: string): string {
  const [, operator = '=', value = ''] = /^(=~|!~|!=)?(.*)$/s.exec(wanted) ?? [];
  // JSON's escapes are PromQL's.
  return `${label}${operator}${JSON.stringify(value)}`;
}
