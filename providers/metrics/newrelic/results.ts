/** Results of NRQL to series: of single values, facets, time series and percentiles. */

import type { Series } from '../contract.ts';
import { seriesOfRows, type Row } from '../rows.ts';
import type { Result } from './schema.ts';

/** What stands beside the values: of the time series, of facets, and of the query itself. */
const notValues = new Set([
  'beginTimeSeconds',
  'endTimeSeconds',
  'timestamp',
  'facet',
  'inspectedCount',
]);

/**
 * Series of NRQL results.
 * @param facets names of the attributes in `FACET`
 * @param end epoch milliseconds; the time of results that have none of their own
 */
export function toSeries(
  results: readonly Result[],
  facets: readonly string[],
  end: number,
): Series[] {
  const rows = results.map((result): Row => ({
    time: typeof result['endTimeSeconds'] === 'number' ? result['endTimeSeconds'] * 1000 : end,
    labels: labelsOf(result, facets),
    values: valuesOf(result, facets),
  }));
  return seriesOfRows(rows.filter(({ time }) => time <= end));
}

/** `facet` holds one value, or a list of them, in the order of `FACET`. */
function labelsOf({ facet }: Result, facets: readonly string[]): Record<string, string> {
  if (facet === undefined) return {};
  const values = Array.isArray(facet) ? facet : [facet];
  return Object.fromEntries(
    values.map((value, index) => [facets[index] ?? 'facet', value === null ? '' : String(value)]),
  );
}

/** Every number, null included; percentiles come as `{ "percentile.duration": { "99": 0.3 } }`. */
function valuesOf(result: Result, facets: readonly string[]): Row['values'] {
  const values: Row['values'] = {};
  for (const [name, value] of Object.entries(result)) {
    if (notValues.has(name) || facets.includes(name)) continue;
    if (typeof value === 'number' || value === null) values[name] = value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    for (const [percentile, inner] of Object.entries(value)) {
      if (typeof inner === 'number' || inner === null) values[`${name}.${percentile}`] = inner;
    }
  }
  return values;
}
