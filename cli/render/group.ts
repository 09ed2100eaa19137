/** A group as lines: its state, and a row for each application in the order of their releases. */

import type { GroupMember, GroupProgress } from '../../domain/group.ts';
import { formatReleaseId } from '../../domain/ids.ts';
import { marked, outcomeMarks } from './marks.ts';
import { table } from './table.ts';
import type { Line, Piece } from './text.ts';

export function groupLines(progress: GroupProgress): Line[] {
  const { group, paused, sentence, cause, members } = progress;
  const why = sentence ?? cause;
  const rows = members.map((member): Piece[] => {
    const { application, version, release } = member;
    const id = release === null ? '' : formatReleaseId({ application, number: release });
    return [['strong', application], version, stateOf(member), id, member.sentence ?? ''];
  });
  return [
    [['strong', group], '   ', headOf(progress), paused ? ['warn', '   ‖ paused'] : ''],
    ...(why === null ? [] : [[why]]),
    [],
    ...table(['application', 'version', 'state', 'release', 'why'], rows),
  ];
}

function headOf({ stage, outcome }: GroupProgress): Piece {
  if (outcome !== null) return marked(outcomeMarks[outcome]);
  const words = { forward: '● under way', together: '✔ all at 100 %', rollback: '↩ going back' };
  return ['live', words[stage as keyof typeof words] ?? stage];
}

function stateOf({ state, outcome, after, release }: GroupMember): Piece {
  if (outcome !== null) return marked(outcomeMarks[outcome]);
  if (state === 'there') return ['good', '✔ at 100 %'];
  if (state === 'under way') return ['live', '● under way'];
  const behind = release === null && after.length > 0 ? ` for ${after.join(', ')}` : '';
  return ['quiet', `◌ waits${behind}`];
}
