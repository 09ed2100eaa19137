/** Groups as lines: one with a row for each application in the order of their releases, or a list. */

import { groupMark, isThere, memberMark, type GroupProgress } from '../../domain/group.ts';
import { formatReleaseId } from '../../domain/ids.ts';
import { marked } from './marks.ts';
import { table } from './table.ts';
import type { Line, Piece } from './text.ts';
import { span } from './time.ts';

export function groupLines(progress: GroupProgress): Line[] {
  const { group, sentence, cause, members } = progress;
  const why = sentence ?? cause;
  const rows = members.map((member): Piece[] => {
    const { application, version, release } = member;
    const id = release === null ? '' : formatReleaseId({ application, number: release });
    return [
      ['strong', application],
      version,
      marked(memberMark(member)),
      id,
      member.sentence ?? '',
    ];
  });
  return [
    [['strong', group], '   ', marked(groupMark(progress))],
    ...(why === null ? [] : [[why]]),
    [],
    ...table(['application', 'version', 'state', 'release', 'why'], rows),
  ];
}

const none = [['quiet', 'None yet: `crescendo group release -f FILE` makes the first.'] as const];

/** `now`: epoch milliseconds. */
export function groupList(items: readonly GroupProgress[], now: number): Line[] {
  if (items.length === 0) return [none];
  const rows = items.map((progress): Piece[] => {
    const { group, members, startedAt, by, sentence, cause } = progress;
    const there = members.filter(isThere).length;
    return [
      ['strong', group],
      marked(groupMark(progress)),
      `${there} of ${members.length}`,
      `${span(now - Date.parse(startedAt))} ago`,
      by.id,
      sentence ?? cause ?? '',
    ];
  });
  return table(['group', 'state', 'at 100 %', 'started', 'by', 'why'], rows);
}
