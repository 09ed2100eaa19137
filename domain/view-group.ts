/** A group in Markdown, for Temporal Web UI. */

import type { GroupProgress } from './group.ts';
import { formatReleaseId } from './ids.ts';

/** Where each application is, what it waits for, and what to do next. */
export function describeGroup(progress: GroupProgress): string {
  const { group, stage, outcome, members, cause, paused } = progress;
  const rows = members.map(({ application, version, state, after, release, outcome: end }) => {
    const id = release === null ? '' : formatReleaseId({ application, number: release });
    const behind = state === 'waiting' && after.length > 0 ? `after ${after.join(', ')}` : '';
    return `| ${application} | ${version} | ${end ?? state} | ${id || behind} |`;
  });
  return [
    `# Group ${group}`,
    `**${outcome ?? stage}**${paused ? ', paused' : ''}`,
    ...(cause === null ? [] : [cause]),
    '',
    '| application | version | state | release |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    ...(stage === 'ended' ? [] : [`Steer it: \`crescendo group pause|resume|rollback ${group}\``]),
  ]
    .join('\n')
    .slice(0, 15_000);
}
