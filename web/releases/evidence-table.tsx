/** The numbers behind a verdict: canary, stable and the bound, metric by metric. */

import { formatValue } from '../../domain/analysis/sentences.ts';
import type { MetricSpec } from '../../domain/analysis/spec.ts';
import type { MetricEvidence } from '../../domain/analysis/verdict.ts';
import { findingMarks } from '../../domain/marks.ts';
import { Marked } from '../parts/marks.tsx';
import { kindOf } from './plan-view.ts';

interface EvidenceTableProps {
  evidence: readonly MetricEvidence[];
  metrics: readonly MetricSpec[];
  caption: string;
}

const columns = ['metric', 'finding', 'canary', 'stable', 'bound', 'requests'];

// The roles are said aloud because a phone's layout would take them away.
export function EvidenceTable({ evidence, metrics, caption }: EvidenceTableProps) {
  return (
    <table className="evidence" role="table">
      <caption>{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((name) => (
            <th key={name} role="columnheader" scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {evidence.map((entry) => (
          <Row key={entry.metric} entry={entry} kind={kindOf(metrics, entry.metric)} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry, kind }: { entry: MetricEvidence; kind: MetricSpec['kind'] }) {
  const { metric, finding, canary, stable, bound, requests, sentence } = entry;
  const mark = findingMarks[finding];
  const value = (number: number | null) => (number === null ? '–' : formatValue(number, kind));
  return (
    <>
      <tr role="row" className={mark.tone}>
        <th role="rowheader" scope="row">
          {metric}
        </th>
        <td role="cell">
          <Marked mark={mark} />
        </td>
        <td role="cell" data-label="canary">
          {value(canary)}
        </td>
        <td role="cell" data-label="stable">
          {value(stable)}
        </td>
        <td role="cell" data-label="bound">
          {value(bound)}
        </td>
        <td role="cell" data-label="requests">
          {requests === null ? '–' : Math.round(requests)}
        </td>
      </tr>
      {mark.tone === 'warn' && (
        <tr role="row" className="told">
          <td role="cell" colSpan={6}>
            {sentence}
          </td>
        </tr>
      )}
    </>
  );
}
