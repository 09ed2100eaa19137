/** What a scenario expects and a rehearsal did not show, one sentence each. */

import { formatDuration } from '../domain/duration.ts';
import type { Report } from './report.ts';
import type { Scenario } from './scenario.ts';

type Seen = Omit<Report, 'surprises'>;

export function surprisesOf({ expect }: Scenario, seen: Seen): string[] {
  const surprises: string[] = [];
  const { outcome, live, highest, within, quarantined } = expect;
  if (seen.outcome === 'unfinished') surprises.push(`it has no end: ${seen.sentence}`);
  if (outcome !== undefined && outcome !== seen.outcome) {
    surprises.push(`expected outcome ${outcome}, it is ${seen.outcome}: ${seen.sentence}`);
  }
  for (const [environment, version] of Object.entries(live)) {
    const there = seen.live[environment] ?? 'nothing';
    if (there !== version) surprises.push(`expected ${version} in ${environment}, it is ${there}`);
  }
  for (const [environment, weight] of Object.entries(highest)) {
    const had = seen.highest[environment] ?? 0;
    if (had > weight) {
      surprises.push(`expected at most ${weight} % in ${environment}, the candidate had ${had} %`);
    }
  }
  if (within !== undefined && seen.took > within) {
    const took = formatDuration(seen.took);
    surprises.push(`expected its end within ${formatDuration(within)}, it took ${took}`);
  }
  const isOut = seen.quarantined !== null;
  if (quarantined !== undefined && quarantined !== isOut) {
    surprises.push(`expected the candidate ${isOut ? 'not ' : ''}to be quarantined`);
  }
  return surprises;
}
