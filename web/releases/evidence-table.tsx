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

export function EvidenceTable({ evidence, metrics, caption }: EvidenceTableProps) {
  return (
    <table className="evidence">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">metric</th>
          <th scope="col">finding</th>
          <th scope="col">canary</th>
          <th scope="col">stable</th>
          <th scope="col">bound</th>
          <th scope="col">requests</th>
        </tr>
      </thead>
      <tbody>
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
      <tr className={mark.tone}>
        <th scope="row">{metric}</th>
        <td>
          <Marked mark={mark} />
        </td>
        <td data-label="canary">{value(canary)}</td>
        <td data-label="stable">{value(stable)}</td>
        <td data-label="bound">{value(bound)}</td>
        <td data-label="requests">{requests === null ? '–' : Math.round(requests)}</td>
      </tr>
      {mark.tone === 'warn' && (
        <tr className="told">
          <td colSpan={6}>{sentence}</td>
        </tr>
      )}
    </>
  );
}
