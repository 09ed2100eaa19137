/** The numbers behind a verdict: canary, stable and the bound, metric by metric. */

import { formatValue } from '../../domain/analysis/sentences.ts';
import type { MetricSpec } from '../../domain/analysis/spec.ts';
import type { MetricEvidence } from '../../domain/analysis/verdict.ts';
import { findingMarks } from './marks.ts';
import { cut, pad, printable, widthOf, type Line } from './text.ts';

type Kind = MetricSpec['kind'];

const columns = ['canary', 'stable', 'bound', 'requests'] as const;
const longestName = 20;

/**
 * A table with a heading. Evidence carries no units: `metrics` of the plan say which is a share and
 * which a latency; a metric they do not know is shown as a plain number.
 */
export function evidenceTable(
  evidence: readonly MetricEvidence[],
  metrics: readonly MetricSpec[],
  margin: number,
): Line[] {
  if (evidence.length === 0) return [];
  const rows = evidence.map((entry) => numbersOf(entry, kindOf(entry, metrics)));
  const widths = columns.map((name, index) => {
    return Math.max(widthOf(name), ...rows.map((row) => widthOf(row[index] ?? '')));
  });
  const names = evidence.map(({ metric }) => cut(printable(metric), longestName));
  const nameWidth = Math.max(6, ...names.map(widthOf));
  const spaces = ' '.repeat(margin);
  const cells = (row: readonly string[]) =>
    row.map((cell, index) => `  ${pad(cell, widths[index] ?? 0, 'left')}`).join('');
  return [
    [spaces, ['quiet', `${pad('metric', nameWidth)}${cells(columns)}  finding`]],
    ...evidence.map((entry, index): Line => {
      const { mark, tone, word } = findingMarks[entry.finding];
      const numbers = `${pad(names[index] ?? '', nameWidth)}${cells(rows[index] ?? [])}  `;
      return [spaces, numbers, [tone, `${mark} ${word}`]];
    }),
  ];
}

function kindOf({ metric }: MetricEvidence, metrics: readonly MetricSpec[]): Kind {
  return metrics.find(({ name }) => name === metric)?.kind ?? 'gauge';
}

function numbersOf(entry: MetricEvidence, kind: Kind): string[] {
  const format = (value: number | null) => (value === null ? '-' : formatValue(value, kind));
  const requests = entry.requests === null ? '-' : String(Math.round(entry.requests));
  return [format(entry.canary), format(entry.stable), format(entry.bound), requests];
}
