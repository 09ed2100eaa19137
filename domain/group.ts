/** The progress of a group: which of its applications are where, and what comes next. */

import type { Group } from './group-spec.ts';
import { layersOf } from './layers.ts';
import { outcomeMarks, type Mark } from './marks.ts';
import type { Actor, Outcome } from './release.ts';

/**
 * `waiting`: for its turn. `under way`: its release exists. `there`: at 100 % everywhere, with the old
 * version still up. `ended`: its release is over.
 */
export type MemberState = 'waiting' | 'under way' | 'there' | 'ended';

export interface GroupMember {
  application: string;
  version: string;
  after: string[];
  state: MemberState;
  /** Number of its release; null before it has begun. */
  release: number | null;
  outcome: Outcome | null;
  sentence: string | null;
}

/** `together`: all are at 100 %, and keep their old versions warm. */
export type GroupStage = 'forward' | 'together' | 'rollback' | 'ended';

export interface GroupProgress {
  group: string;
  by: Actor;
  reason: string | null;
  /** ISO 8601. */
  startedAt: string;
  stage: GroupStage;
  paused: boolean;
  members: GroupMember[];
  /** Why it turned back; null while it has not. */
  cause: string | null;
  outcome: Outcome | null;
  sentence: string | null;
  endedAt: string | null;
}

/** What a member's release says of itself. */
export interface MemberReport {
  application: string;
  release: number;
  state: 'there' | 'ended';
  outcome: Outcome | null;
  sentence: string | null;
}

export function newGroup(
  { group, applications }: Group,
  start: Pick<GroupProgress, 'by' | 'reason' | 'startedAt'>,
): GroupProgress {
  const members = layersOf(applications)
    .flat()
    .flatMap((application): GroupMember[] => {
      const member = applications[application];
      if (!member) return [];
      const { version, after } = member;
      const nothing = { release: null, outcome: null, sentence: null };
      return [{ application, version: version.name, after, state: 'waiting', ...nothing }];
    });
  const open = { cause: null, outcome: null, sentence: null, endedAt: null };
  return { group, ...start, stage: 'forward', paused: false, members, ...open };
}

/** A report changes the member it is about; one of another release is of an earlier time. */
export function reported(progress: GroupProgress, report: MemberReport): GroupProgress {
  const { application, release, state, outcome, sentence } = report;
  const members = progress.members.map((member) => {
    if (member.application !== application || member.release !== release) return member;
    return member.state === 'ended' ? member : { ...member, state, outcome, sentence };
  });
  return { ...progress, members };
}

/** Those whose turn it is now. */
export function nextMembers({ members, paused }: GroupProgress): GroupMember[] {
  if (paused) return [];
  const there = new Set(members.filter(isThere).map(({ application }) => application));
  return members.filter(({ state, after }) => {
    return state === 'waiting' && after.every((other) => there.has(other));
  });
}

/** At 100 % everywhere, whether or not its old version is still up. */
export function isThere({ state, outcome }: GroupMember): boolean {
  return state === 'there' || (state === 'ended' && outcome === 'succeeded');
}

/** Why the group cannot go on; null while it can. */
export function failureOf({ members }: GroupProgress): string | null {
  const failed = members.find((member) => member.state === 'ended' && !isThere(member));
  return failed ? `${failed.application}: ${failed.sentence ?? failed.outcome ?? 'lost'}` : null;
}

/** Layers in the order in which they go back: who depends on others leaves first. */
export function returnLayers({ applications }: Group): string[][] {
  return layersOf(applications).toReversed();
}

/** What people may do to a group as a whole. */
export const groupActions = ['pause', 'resume', 'rollback'] as const;
export type GroupAction = (typeof groupActions)[number];

/** Why a person's word means nothing now; null when it does. */
export function groupRefusal({ stage, paused }: GroupProgress, action: GroupAction): string | null {
  if (stage === 'ended') return 'the release of the group has ended';
  if (stage === 'rollback') return 'it is going back already';
  if (action === 'pause' && stage === 'together') return 'all applications are at 100 %';
  if (action === 'pause' && paused) return 'it is paused already';
  if (action === 'resume' && !paused) return 'it is not paused';
  return null;
}

/** How the group ended, from how its applications did. */
export function groupOutcome({ members, cause }: GroupProgress): Outcome {
  if (cause === null) return 'succeeded';
  if (members.some(({ outcome }) => outcome === 'rollback_failed')) return 'rollback_failed';
  const served = members.some(
    ({ outcome }) => outcome === 'rolled_back' || outcome === 'succeeded',
  );
  return served ? 'rolled_back' : 'rejected';
}

const stageMarks: Record<GroupStage, Mark> = {
  forward: { mark: '●', tone: 'live', word: 'under way' },
  together: { mark: '✔', tone: 'live', word: 'all at 100 %' },
  rollback: { mark: '↩', tone: 'bad', word: 'going back' },
  ended: { mark: '–', tone: 'quiet', word: 'ended' },
};

const pausedMark: Mark = { mark: '‖', tone: 'warn', word: 'paused' };

export function groupMark({ stage, outcome, paused }: GroupProgress): Mark {
  if (outcome !== null) return outcomeMarks[outcome];
  return paused && stage === 'forward' ? pausedMark : stageMarks[stage];
}

export function memberMark({ state, outcome, after, release }: GroupMember): Mark {
  if (outcome !== null) return outcomeMarks[outcome];
  if (state === 'there') return { mark: '✔', tone: 'good', word: 'at 100 %' };
  if (state === 'under way') return { mark: '●', tone: 'live', word: 'under way' };
  const behind = release === null && after.length > 0 ? ` for ${after.join(', ')}` : '';
  return { mark: '◌', tone: 'quiet', word: `waits${behind}` };
}
