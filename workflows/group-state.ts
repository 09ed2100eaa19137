/** What a group knows and was told, and how it speaks to the releases of its applications. */

import { getExternalWorkflowHandle, log, setCurrentDetails } from '@temporalio/workflow';
import {
  reported,
  type GroupMember,
  type GroupProgress,
  type MemberReport,
} from '../domain/group.ts';
import type { Group } from '../domain/group-spec.ts';
import { releaseWorkflowId } from '../domain/ids.ts';
import type { Actor } from '../domain/release.ts';
import { describeGroup } from '../domain/view-group.ts';
import {
  actionSignal,
  groupBackSignal,
  type ActionMessage,
  type GroupBackMessage,
} from './messages.ts';

export interface GroupInput {
  group: Group;
  by: Actor;
  reason: string | null;
}

/** Why all of it goes back, and on whose word; `reason` is what its applications are told. */
export interface GroupTurn {
  cause: string;
  by: Actor;
  reason: string | null;
}

export interface RunningGroup {
  input: GroupInput;
  progress: GroupProgress;
  /** The first reason to turn back: a person's, or an application that did not get there. */
  turn: GroupTurn | null;
  /** Applications whose release had ended well, and that go back by another one. */
  returned: Set<string>;
  /** Reports of releases whose number was not known yet when they came. */
  early: MemberReport[];
}

export function change(running: RunningGroup, news: Partial<GroupProgress>): void {
  running.progress = { ...running.progress, ...news };
  setCurrentDetails(describeGroup(running.progress));
}

/** What is new of a member; what its release has said already comes after it. */
export function changeMember(
  running: RunningGroup,
  application: string,
  news: Partial<GroupMember>,
): void {
  const members = running.progress.members.map((member) =>
    member.application === application ? { ...member, ...news } : member,
  );
  change(running, { members });
  for (const report of running.early.splice(0)) hear(running, report);
}

/** Takes a report in. One whose release is not known yet is kept until it is. */
export function hear(running: RunningGroup, report: MemberReport): void {
  const member = memberOf(running, report.application);
  if (member?.release === null) running.early.push(report);
  else change(running, reported(running.progress, report));
}

export function memberOf({ progress }: RunningGroup, application: string): GroupMember | undefined {
  return progress.members.find((member) => member.application === application);
}

type Handle = ReturnType<typeof getExternalWorkflowHandle>;

/** A release that has just ended needs no telling. */
export async function tell(
  running: RunningGroup,
  application: string,
  what: (handle: Handle) => Promise<void>,
): Promise<void> {
  const { release = null, state } = memberOf(running, application) ?? {};
  if (release === null || state === 'ended') return;
  try {
    await what(getExternalWorkflowHandle(releaseWorkflowId({ application, number: release })));
  } catch (error) {
    log.info('a release could not be told', { application, error: String(error) });
  }
}

export async function tellAll(
  running: RunningGroup,
  what: (handle: Handle) => Promise<void>,
): Promise<void> {
  const names = running.progress.members.map(({ application }) => application);
  await Promise.all(names.map((name) => tell(running, name, what)));
}

export function steer(
  running: RunningGroup,
  application: string,
  action: 'pause',
  message: ActionMessage,
): Promise<void> {
  return tell(running, application, (handle) => handle.signal(actionSignal(action), message));
}

export function callBack(
  running: RunningGroup,
  application: string,
  message: GroupBackMessage,
): Promise<void> {
  return tell(running, application, (handle) => handle.signal(groupBackSignal, message));
}

/** The reason of what a group asks of its applications. */
export function asGroup({ input }: RunningGroup, reason: string | null): string {
  return `group ${input.group.group}${reason ? `: ${reason}` : ''}`;
}
