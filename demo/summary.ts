/** What the demo has shown, in numbers a person would quote. */

import type { TrafficShare } from '../domain/release.ts';
import type { ReleaseProgress } from '../domain/progress.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Count } from './traffic.ts';

export interface ReleaseResult {
  version: string;
  outcome: string | null;
  /** Read back from the router at the end of the release. */
  weights: Record<string, number>;
  designated: string | null;
  durationMs: number;
  /** From the first request that the version failed to the router having it at zero. */
  breachToZeroMs: number | null;
  requests: { total: number; canary: number; failed: number };
}

export interface Seen {
  progress: ReleaseProgress;
  shares: TrafficShare[];
  durationMs: number;
  traffic: Record<string, Count>;
  firstFailure: number | null;
  /** Epoch milliseconds at which the router confirmed that the version has nothing left. */
  zeroAt: number | null;
}

/** One line of the summary, from what was seen of a release. */
export function resultOf(seen: Seen): ReleaseResult {
  const { progress, shares, durationMs, traffic, firstFailure, zeroAt } = seen;
  const version = progress.version?.name ?? '';
  const total = Object.values(traffic).reduce((sum, { requests }) => sum + requests, 0);
  const failed = Object.values(traffic).reduce((sum, count) => sum + count.failed, 0);
  const breached = firstFailure !== null && zeroAt !== null;
  return {
    version,
    outcome: progress.outcome,
    weights: Object.fromEntries(shares.map((share) => [share.version, share.weight])),
    designated: progress.rollouts['production']?.designated ?? null,
    durationMs,
    breachToZeroMs: breached ? Math.max(0, zeroAt - firstFailure) : null,
    requests: { total, canary: traffic[version]?.requests ?? 0, failed },
  };
}

/** Whether the demo ended as promised: two good releases, one bad one that was sent back. */
export function asPromised(results: readonly ReleaseResult[]): boolean {
  const outcomes = results.map(({ outcome }) => outcome).join(' ');
  const [, , bad] = results;
  return outcomes === 'succeeded succeeded rolled_back' && bad?.weights['1.1.0'] === 100;
}

/** The last screen. */
export function summaryLines(
  results: readonly ReleaseResult[],
  links: Record<string, string | null>,
): string[] {
  const lines = ['', 'What you have seen', ''];
  for (const result of results) lines.push(`  ${sentenceOf(result)}`);
  lines.push('');
  for (const [name, link] of Object.entries(links))
    if (link) lines.push(`  ${name.padEnd(17)}${link}`);
  return lines;
}

function sentenceOf({
  version,
  outcome,
  durationMs,
  breachToZeroMs,
  requests,
  designated,
}: ReleaseResult): string {
  const time = formatDuration(Math.round(durationMs / 100) * 100);
  if (outcome === 'succeeded')
    return `${version} succeeded: at 100 % after ${time}, ${requests.failed} of ${requests.total} requests failed`;
  if (outcome !== 'rolled_back' || breachToZeroMs === null)
    return `${version} ended ${outcome ?? 'open'} after ${time}`;
  const share = ((requests.failed / Math.max(1, requests.total)) * 100).toFixed(2);
  const safety = (breachToZeroMs / 1000).toFixed(1);
  return `${version} rolled back to ${designated}: safe ${safety} s after its first failed request; ${requests.failed} of ${requests.total} requests were harmed (${share} %)`;
}
