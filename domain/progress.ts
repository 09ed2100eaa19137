/** advance: what is known of a release, as a fold of its events; queries and screens show this. */

import type { Action } from './actions.ts';
import { isSickBack } from './after-rollback.ts';
import type { Override } from './calendar/override.ts';
import type { CrescendoEvent, ReleaseEvent, ReleaseStage, RolloutEvent, Wait } from './events.ts';
import { advanceGate } from './gate-progress.ts';
import type { GateProgress } from './gates.ts';
import { formatReleaseId, type ReleaseId } from './ids.ts';
import { unpack } from './pack.ts';
import type { Plan } from './plan.ts';
import type { Actor, Outcome, Version } from './release.ts';
import { advanceRollout, newRollout, type RolloutProgress } from './rollout-progress.ts';

export interface CheckProgress {
  check: string;
  state: 'running' | 'passed' | 'failed' | 'skipped';
  detail: string;
  url: string | null;
}

export interface ActionRecord {
  action: Action;
  by: Actor;
  reason: string | null;
  environment: string | null;
  at: string;
}

export interface ReleaseProgress {
  id: string;
  application: string;
  number: number;
  version: Version | null;
  initiator: Actor | null;
  /** Why it takes the express lane; absent: it does not. */
  hotfix?: string;
  stage: ReleaseStage;
  /** ISO 8601: since when the stage lasts. */
  since: string;
  submittedAt: string;
  plan: Plan | null;
  checks: CheckProgress[];
  rollouts: Record<string, RolloutProgress>;
  /** The gate that is open now. */
  gate: GateProgress | null;
  /** The whole release; `pausedIn` names environments that were paused on their own. */
  paused: boolean;
  pausedIn: string[];
  /** What the release as a whole waits for; rollouts have waits of their own. */
  wait: Wait | null;
  /** What people did, latest last, at most 50. */
  actions: ActionRecord[];
  /** Of the calendar, in force or over; absent before the first. */
  overrides?: Override[];
  quarantined: string | null;
  outcome: Outcome | null;
  sentence: string | null;
  endedAt: string | null;
}

const actionLimit = 50;

/** The state before the first event. */
export function newRelease(release: ReleaseId, at: string): ReleaseProgress {
  return {
    id: formatReleaseId(release),
    ...release,
    version: null,
    initiator: null,
    stage: 'queued',
    since: at,
    submittedAt: at,
    plan: null,
    checks: [],
    rollouts: {},
    gate: null,
    paused: false,
    pausedIn: [],
    wait: null,
    actions: [],
    quarantined: null,
    outcome: null,
    sentence: null,
    endedAt: null,
  };
}

/** The state after `event`. Pure, and the only place where progress changes. */
export function advance(progress: ReleaseProgress, event: CrescendoEvent): ReleaseProgress {
  return event.environment === null
    ? advanceRelease(progress, event)
    : advanceEnvironment(progress, event);
}

/**
 * The state after all of `events`: the same as after one by one, but in a time that does not grow
 * with events times environments.
 */
export function advanceAll(
  progress: ReleaseProgress,
  events: readonly CrescendoEvent[],
): ReleaseProgress {
  const rollouts = { ...progress.rollouts };
  let current = { ...progress, rollouts };
  let changed = false;
  const catchUp = () => {
    if (changed) current = { ...current, ...lateness(current, Object.values(rollouts)) };
    changed = false;
  };
  for (const event of events) {
    if (event.environment === null) {
      catchUp();
      current = { ...advanceRelease(current, event), rollouts };
    } else {
      const known = rollouts[event.environment] ?? newRollout(event.environment, event.at);
      rollouts[event.environment] = advanceRollout(known, event);
      changed = true;
    }
  }
  catchUp();
  return current;
}

function advanceEnvironment(progress: ReleaseProgress, event: RolloutEvent): ReleaseProgress {
  const known = progress.rollouts[event.environment] ?? newRollout(event.environment, event.at);
  const rollouts = { ...progress.rollouts, [event.environment]: advanceRollout(known, event) };
  return { ...progress, rollouts, ...lateness(progress, Object.values(rollouts)) };
}

/**
 * While a rollback is past its deadline, or what it went back to is sick, the release counts as
 * failed; once verified it does not.
 */
function lateness(
  { stage, outcome, sentence }: ReleaseProgress,
  rollouts: readonly RolloutProgress[],
): Pick<ReleaseProgress, 'outcome' | 'sentence'> {
  if (stage === 'ended') return { outcome, sentence };
  const late = rollouts.find((rollout) => {
    const open = rollout.stage === 'rollback' && rollout.sentence;
    return open || isSickBack(rollout) || rollout.outcome === 'rollback_failed';
  });
  return late
    ? { outcome: 'rollback_failed', sentence: late.sentence }
    : { outcome: null, sentence: null };
}

function advanceRelease(progress: ReleaseProgress, event: ReleaseEvent): ReleaseProgress {
  switch (event.type) {
    case 'release.submitted': {
      const { version, by: initiator, at: submittedAt, hotfix } = event;
      const express = hotfix === undefined ? {} : { hotfix };
      return { ...progress, version, initiator, submittedAt, ...express };
    }
    case 'release.queued':
    case 'release.holding':
      return { ...progress, wait: event.wait };
    case 'release.admitted':
      return { ...progress, plan: unpack(event.plan), wait: null };
    case 'stage.entered':
      return { ...progress, stage: event.stage, since: event.at, wait: null };
    case 'check.started': {
      const check = { check: event.check, state: 'running' as const, detail: '', url: null };
      return { ...progress, checks: setCheck(progress, check), wait: event.wait };
    }
    case 'check.finished': {
      const { check, state, detail, url } = event;
      return { ...progress, checks: setCheck(progress, { check, state, detail, url }), wait: null };
    }
    case 'release.resumed':
      return { ...progress, wait: null };
    case 'gate.opened':
    case 'gate.approved':
    case 'gate.closed':
      return { ...progress, ...advanceGate(progress, event) };
    case 'action.accepted':
      return acceptAction(progress, event);
    case 'hold.placed':
    case 'hold.lifted':
      // Of the application: the waits of rollouts say what comes of it.
      return progress;
    case 'version.quarantined':
      // An emergency return puts another version than its own under quarantine.
      return event.version === progress.version?.name
        ? { ...progress, quarantined: event.reason }
        : progress;
    case 'wave.baking':
      return { ...progress, wait: event.wait };
    case 'wave.baked':
      return { ...progress, wait: null };
    case 'rollback.ordered':
    // About all releases, and recorded with none of them.
    case 'estate.stopped':
    case 'estate.resumed':
      return progress;
    case 'release.warm':
      return { ...progress, stage: 'warm', since: event.at, wait: event.wait };
    case 'release.ended': {
      const { outcome, sentence, at } = event;
      const closed = { stage: 'ended' as const, since: at, endedAt: at, wait: null, gate: null };
      return { ...progress, ...closed, outcome, sentence };
    }
  }
}

function acceptAction(
  progress: ReleaseProgress,
  event: Extract<ReleaseEvent, { type: 'action.accepted' }>,
): ReleaseProgress {
  const { action, by, reason, only, at } = event;
  const record = { action, by, reason, environment: only, at };
  const actions = [...progress.actions, record].slice(-actionLimit);
  const after = { ...progress, ...pausedAfter(progress, action, only), actions };
  if (event.until === undefined || reason === null) return after;
  const override = { by, reason, until: event.until, environment: only };
  return { ...after, overrides: [...(progress.overrides ?? []), override].slice(-actionLimit) };
}

function pausedAfter(
  { paused, pausedIn }: ReleaseProgress,
  action: Action,
  environment: string | null,
): Pick<ReleaseProgress, 'paused' | 'pausedIn'> {
  if (action !== 'pause' && action !== 'resume') return { paused, pausedIn };
  if (environment === null) {
    return action === 'pause' ? { paused: true, pausedIn } : { paused: false, pausedIn: [] };
  }
  const others = pausedIn.filter((name) => name !== environment);
  return { paused, pausedIn: action === 'pause' ? [...others, environment] : others };
}

function setCheck(progress: ReleaseProgress, check: CheckProgress): CheckProgress[] {
  const index = progress.checks.findIndex(({ check: name }) => name === check.check);
  return index < 0 ? [...progress.checks, check] : progress.checks.with(index, check);
}
