/** Lists of applications and of releases, and one application with its lane and ledger. */

import type { ApplicationAnswer, ApplicationSummary, ReleaseSummary } from '../answers.ts';
import { marked, outcomeMarks } from './marks.ts';
import { table } from './table.ts';
import type { Line, Piece } from './text.ts';
import { clock, span } from './time.ts';

const none = [['quiet', 'None yet: `crescendo apply -f FILE` makes the first.'] as const];

export function applicationList(items: readonly ApplicationSummary[]): Line[] {
  if (items.length === 0) return [none];
  const rows = items.map(({ application, active, queue, environments }): Piece[] => {
    const live = Object.entries(environments).map(
      ([name, version]) => `${name} ${version ?? 'none'}`,
    );
    const state: Piece = active ? ['live', `● ${active}`] : ['quiet', 'idle'];
    return [['strong', application], state, queue.join(', '), live.join(', ')];
  });
  return table(['application', 'release', 'queue', 'live'], rows);
}

/** `now`: epoch milliseconds. */
export function releaseList(items: readonly ReleaseSummary[], now: number): Line[] {
  if (items.length === 0) return [[['quiet', 'No releases.']]];
  const rows = items.map((item): Piece[] => {
    const submitted = Date.parse(item.submittedAt);
    const end = item.endedAt === null ? now : Date.parse(item.endedAt);
    return [
      ['strong', item.id],
      item.version,
      stateOf(item),
      clock(end - submitted),
      `${span(now - submitted)} ago`,
      item.initiator,
      item.sentence ?? '',
    ];
  });
  return table(['release', 'version', 'state', 'took', 'submitted', 'by', 'what happened'], rows);
}

function stateOf({ outcome, stage }: ReleaseSummary): Piece {
  if (outcome !== null) return marked(outcomeMarks[outcome]);
  return stage === 'queued' ? ['quiet', '◌ queued'] : ['live', `● ${stage}`];
}

export function applicationDetails(answer: ApplicationAnswer, now: number): Line[] {
  const { application, revision, lane, ledger } = answer;
  const ago = (iso: string) => `${span(now - Date.parse(iso))} ago`;
  const waiting = lane.queue.map(({ number, version, urgent }) => {
    return `${application}:${number} (${[version, urgent].filter(Boolean).join(', ')})`;
  });
  const environments = Object.entries(ledger.environments).map(([name, { live, history }]) => {
    const last = history.at(-1);
    const outcome = last ? `${last.version} ${last.outcome.replace('_', ' ')} ${ago(last.at)}` : '';
    return [name, ['strong', live ?? 'none'] as Piece, outcome];
  });
  const quarantined = Object.entries(ledger.quarantine).map(([version, { reason, at }]): Line => {
    return [['warn', `⚠ ${version} is quarantined`], ` (${ago(at)}): ${reason}`];
  });
  return [
    [['strong', application], `   specification revision ${revision}   `, activeOf(answer)],
    ...(waiting.length > 0 ? [[`waiting: ${waiting.join(', ')}`]] : []),
    ...(environments.length > 0
      ? [[], ...table(['environment', 'live', 'last'], environments)]
      : []),
    ...(quarantined.length > 0 ? [[], ...quarantined] : []),
  ];
}

function activeOf({ application, lane }: ApplicationAnswer): Piece {
  if (!lane.active) return ['quiet', 'no release under way'];
  const { number, version } = lane.active;
  const warm = lane.warm ? ', at 100 % and warm' : '';
  return ['live', `● release ${application}:${number} of ${version}${warm}`];
}
