/** What a release knows and was told: its progress, what people asked for, and its helpers. */

import { CancellationScope, log, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { Action, ActionRequest } from '../domain/actions.ts';
import { isLargePlan } from '../domain/brief.ts';
import { overrideTimes } from '../domain/calendar/override.ts';
import type { CrescendoEvent, ReleaseEvent, ReleaseEventBody } from '../domain/events.ts';
import { approvalRefusal, missing } from '../domain/gates.ts';
import { formatReleaseId, type ReleaseId } from '../domain/ids.ts';
import { noticeFor, type NoticeText } from '../domain/notices.ts';
import type { Plan } from '../domain/plan.ts';
import { advance, newRelease, type ReleaseProgress } from '../domain/progress.ts';
import type { Actor, Outcome, ProviderReference, Version } from '../domain/release.ts';
import type { Spec } from '../domain/spec.ts';
import { describeRelease } from '../domain/view.ts';
import { decided } from '../domain/words.ts';
import { telling } from './proxies.ts';
import { inTime, now } from './rollout-state.ts';
import type { Scribe } from './scribe.ts';
import { setAttributes } from './search-attributes.ts';

export interface ReleaseInput {
  release: ReleaseId;
  version: Version;
  by: Actor;
  reason: string | null;
  spec: Spec;
  /**
   * `forward`: through all stages. `return`: an emergency return, straight to the plan's versions.
   * `recover`: an earlier run of this release was lost; bring everything back.
   */
  mode: 'forward' | 'return' | 'recover';
  /** Its turn in the lane: comes with the admission, or is known already (`recover`). */
  turn?: number;
  /** The plan when it is known already (`recover`); otherwise it comes with the admission. */
  plan: Plan | null;
  attempt: number;
  /** The calendar is overridden from the start, for so many milliseconds. */
  override?: { reason: string; for: number };
  /** Why it takes the express lane; absent: it does not. */
  hotfix?: string;
  /** The group that it is released with; absent: none. */
  group?: string;
}

/** Why a release turns back. */
export interface Turn {
  action: 'rollback' | 'abort';
  by: Actor;
  cause: string;
  /** A person's own words; absent: the cause is all there is to say. */
  reason?: string | null;
  /** The version is to blame, so it stays out. */
  quarantine: boolean;
  /** Also past a one-way door. */
  force?: true;
}

export interface ReleaseRequests {
  admitted: Plan | null;
  refused: { outcome: Outcome; sentence: string } | null;
  turn: Turn | null;
  /** Rises with every push from CI. */
  ciNews: number;
  retry: boolean;
  skip: boolean;
  yielded: boolean;
  /** A return waits for the lane: nobody waits for gates or watches on its way out. */
  hurried: boolean;
  /** All applications of its group are at 100 %. */
  together: boolean;
  /** Why the version is to blame although only one environment was called back. */
  blamed: string | null;
  /** True from the moment the old versions are being stopped: nothing can be asked any more. */
  closing: boolean;
  rejection: { by: Actor; reason: string | null } | null;
}

export interface Release {
  input: ReleaseInput;
  progress: ReleaseProgress;
  requests: ReleaseRequests;
  /** Puts an event on the record, into the progress, and in front of people. */
  record(body: ReleaseEventBody): void;
  /** Takes over what a rollout has recorded itself. */
  observe(events: CrescendoEvent[]): void;
  /** True while a notice is on its way. */
  telling(): boolean;
}

/** Signals after which the page of a release of many environments is written anew. */
const rewritten = 20;

/** Notices of the same kind about environments, where there are many. */
const mostOfAKind = 10;

export function createRelease(input: ReleaseInput, scribe: Scribe): Release {
  let notices = 0;
  let pending = 0;
  let observed = 0;
  const noticed = new Map<string, number>();

  function tell(event: CrescendoEvent): void {
    const notice = noticeFor(event, release.progress);
    const { notify } = release.input.spec;
    if (!notice || notify.length === 0 || isOneOfMany(event, notice)) return;
    notices += 1;
    pending += 1;
    void send(notify, notice, notices).finally(() => {
      pending -= 1;
    });
  }

  /** Nobody reads a thousand messages: of many environments the first few of a kind are told. */
  function isOneOfMany({ environment, type }: CrescendoEvent, { severity }: NoticeText): boolean {
    if (environment === null || !isLargePlan(release.progress.plan)) return false;
    const before = noticed.get(type) ?? 0;
    noticed.set(type, before + 1);
    return severity === 'info' || before >= mostOfAKind;
  }

  function fold(event: CrescendoEvent): void {
    const before = release.progress;
    release.progress = advance(before, event);
    const { stage, outcome } = release.progress;
    if (stage !== before.stage || (outcome !== before.outcome && outcome !== null)) {
      setAttributes({ CrescendoStage: stage, ...(outcome ? { CrescendoOutcome: outcome } : {}) });
    }
    tell(event);
  }

  async function send(
    to: ProviderReference[],
    notice: ReturnType<typeof noticeFor> & object,
    number: number,
  ): Promise<void> {
    const id = `${workflowInfo().runId}/${number}`;
    const message = { to, release: formatReleaseId(input.release), id, at: now(), ...notice };
    try {
      // People hear of a cancellation too, and of what is done about it.
      await CancellationScope.nonCancellable(() => telling.notify(message));
    } catch (error) {
      log.warn('notice was not delivered', { event: notice.event, error: String(error) });
    }
  }

  const release: Release = {
    input,
    progress: newRelease(input.release, now()),
    requests: {
      admitted: null,
      refused: null,
      turn: null,
      ciNews: 0,
      retry: false,
      skip: false,
      yielded: false,
      hurried: false,
      blamed: null,
      together: false,
      closing: false,
      rejection: null,
    },
    record(body) {
      const event: ReleaseEvent = { ...body, at: now(), environment: null };
      scribe.write(event);
      fold(event);
      setCurrentDetails(describeRelease(release.progress));
    },
    observe(events) {
      for (const event of events) fold(event);
      observed += 1;
      // Of many environments the page is long, and nobody sees every change of it.
      if (isLargePlan(release.progress.plan) && observed % rewritten !== 0) return;
      setCurrentDetails(describeRelease(release.progress));
    },
    telling: () => pending > 0,
  };
  return release;
}

/** Notes what an action asks of the release itself; rollouts are told separately. */
export function take(release: Release, action: Action, request: ActionRequest): void {
  const { by, reason, environment } = request;
  const because = (verb: string) => decided(verb, by, reason);
  const { requests, progress } = release;
  const force = request.force ? { force: true as const } : {};
  const turn = { by, reason, ...force };
  const until = action === 'override' ? { until: inTime(request.for ?? overrideTimes.action) } : {};
  release.record({
    type: 'action.accepted',
    action,
    by,
    reason,
    only: environment,
    ...force,
    ...until,
  });
  switch (action) {
    case 'rollback':
      requests.blamed ??= because('rolled back');
      if (environment === null) {
        requests.turn ??= { ...turn, action, cause: because('rolled back'), quarantine: true };
      }
      return;
    case 'abort':
      if (environment === null) {
        requests.turn ??= { ...turn, action, cause: because('aborted'), quarantine: false };
      }
      return;
    case 'approve': {
      const { gate } = progress;
      if (!gate || environment !== null || approvalRefusal(gate, by) !== null) return;
      const left = missing(gate) - 1;
      release.record({ type: 'gate.approved', gate: gate.gate, by, reason, missing: left });
      return;
    }
    case 'reject':
      if (environment === null) requests.rejection = { by, reason };
      return;
    case 'retry':
      requests.retry = true;
      return;
    case 'skip':
      requests.skip = true;
      return;
    case 'pause':
    case 'resume':
    case 'promote':
    case 'override':
  }
}
