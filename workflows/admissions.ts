/** Admissions: starts release workflows, gives them the lane in turn, and notices lost ones. */

import {
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  getExternalWorkflowHandle,
  log,
  ParentClosePolicy,
  sleep,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { formatReleaseId, releaseWorkflowId } from '../domain/ids.ts';
import { overrideTimes } from '../domain/calendar/override.ts';
import { expressSpec } from '../domain/hotfix.ts';
import type { LaneEffect } from '../domain/lane.ts';
import { packLarge } from '../domain/pack.ts';
import { planRelease, planReturn } from '../domain/plan.ts';
import type { Spec } from '../domain/spec.ts';
import { takeTurn, type Guardian, type Pending } from './application-state.ts';
import {
  actionSignal,
  admitSignal,
  recallSignal,
  refuseSignal,
  yieldSignal,
  type RecallMessage,
} from './messages.ts';
import { telling } from './proxies.ts';
import type { release, ReleaseInput } from './release.ts';
import { attributes } from './search-attributes.ts';

/** How often a release is looked after whose handle was lost by continue-as-new. */
const watchInterval = 60_000;

type Effect = LaneEffect | { do: 'recall'; number: number; message: RecallMessage };

export class Admissions {
  private readonly effects: Effect[] = [];
  /** Releases that have their place in the lane, but no workflow that could be told of it yet. */
  private readonly starting = new Map<number, Promise<void>>();
  private readonly guardian: Guardian;
  private readonly onClosed: (number: number) => void;

  constructor(guardian: Guardian, onClosed: (number: number) => void) {
    this.guardian = guardian;
    this.onClosed = onClosed;
  }

  /** Effects are carried out by `run`, in the order of the decisions. */
  enqueue(effects: readonly LaneEffect[]): void {
    this.effects.push(...effects);
  }

  /** Calls a release back, after everything that was decided before. */
  recall(number: number, message: RecallMessage): void {
    this.effects.push({ do: 'recall', number, message });
  }

  /** Starts the workflow of a release, which then waits for its admission. */
  start(number: number): Promise<void> {
    const started = CancellationScope.nonCancellable(() => this.launch(number));
    this.starting.set(number, started);
    // Those who need to know wait for it themselves.
    started.then(
      () => this.starting.delete(number),
      () => this.starting.delete(number),
    );
    return started;
  }

  private async launch(number: number): Promise<void> {
    const { guardian } = this;
    const pending = guardian.pending[number];
    if (!pending || !guardian.spec) return;
    const id = { application: guardian.application, number };
    const { version, by, reason, hotfix, group } = pending.request;
    const override = overrideOf(pending, guardian.spec);
    const recovering = pending.attempt > 1;
    const input: ReleaseInput = {
      release: id,
      version,
      by,
      reason,
      spec: specOf(pending, guardian.spec),
      mode: recovering ? 'recover' : pending.mode,
      plan: recovering ? pending.plan : null,
      attempt: pending.attempt,
      ...(pending.turn === undefined ? {} : { turn: pending.turn }),
      ...(override ? { override } : {}),
      ...(hotfix === undefined ? {} : { hotfix }),
      ...(group === undefined ? {} : { group }),
    };
    const handle = await startChild<typeof release>('release', {
      workflowId: releaseWorkflowId(id),
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      args: [packLarge(input)],
      staticSummary: `${formatReleaseId(id)}: version ${version.name}`,
      typedSearchAttributes: attributes({
        CrescendoApplication: id.application,
        CrescendoVersion: version.name,
        CrescendoStage: 'queued',
      }),
    });
    void handle.result().then(
      () => this.close(number),
      () => this.lost(number),
    );
  }

  /** The release has ended properly. Said twice (by signal and by result) it counts once. */
  close(number: number): void {
    if (!this.guardian.pending[number]) return;
    delete this.guardian.pending[number];
    this.onClosed(number);
  }

  /** After continue-as-new there are no handles: what is pending is looked after by asking. */
  reattach(): void {
    for (const number of Object.keys(this.guardian.pending)) void this.lookAfter(Number(number));
  }

  /** Carries effects out for ever; returns when `rest` says so and nothing is left to do. */
  async run(rest: () => boolean): Promise<void> {
    for (;;) {
      await condition(() => this.effects.length > 0 || rest());
      const effect = this.effects.shift();
      if (!effect) return;
      try {
        await this.carryOut(effect);
      } catch (error) {
        log.warn('a release could not be told', { effect: effect.do, error: String(error) });
      }
    }
  }

  private async carryOut(effect: Effect): Promise<void> {
    const { application } = this.guardian;
    await this.starting.get(effect.number);
    const handle = getExternalWorkflowHandle(
      releaseWorkflowId({ application, number: effect.number }),
    );
    switch (effect.do) {
      case 'admit':
        return this.admit(effect.number);
      case 'supersede': {
        const sentence = `release ${formatReleaseId({ application, number: effect.by })} took its place`;
        return handle.signal(refuseSignal, { outcome: 'superseded', sentence });
      }
      case 'recall':
        return handle.signal(recallSignal, effect.message);
      case 'abort': {
        const recalling = this.recallFor(effect.by);
        if (recalling) return handle.signal(recallSignal, recalling);
        const reason = `replaced by ${formatReleaseId({ application, number: effect.by })}`;
        return handle.signal(actionSignal('abort'), {
          by: { id: 'crescendo', channel: 'policy' },
          reason,
        });
      }
      case 'yield':
        return handle.signal(yieldSignal, {
          to: effect.to,
          urgent: this.recallFor(effect.to) !== null,
        });
    }
  }

  /** How a return has the one under way called back; null for any other release. */
  private recallFor(number: number): RecallMessage | null {
    const { application, pending } = this.guardian;
    const { mode, request, force = false } = pending[number] ?? {};
    if (mode !== 'return' || !request) return null;
    const id = formatReleaseId({ application, number });
    const { by, version, reason } = request;
    const why = `for the return ${id} to ${version.name}${reason === null ? '' : `: ${reason}`}`;
    return { action: 'abort', by, reason: why, force, waiting: id };
  }

  /** The plan is made now, from the ledger as it is now. */
  private async admit(number: number): Promise<void> {
    const { guardian } = this;
    const pending = guardian.pending[number];
    if (!pending || !guardian.spec) return;
    const handle = getExternalWorkflowHandle(
      releaseWorkflowId({ application: guardian.application, number }),
    );
    const result = this.plan(pending);
    if ('refusals' in result) {
      const sentence = `it cannot be planned any more: ${result.refusals.join('; ')}`;
      return handle.signal(refuseSignal, { outcome: 'rejected', sentence });
    }
    pending.plan = result.plan;
    pending.turn = takeTurn(guardian, number);
    const spec = specOf(pending, guardian.spec);
    const message = { plan: result.plan, spec, turn: pending.turn };
    await handle.signal(admitSignal, packLarge(message));
  }

  private plan(pending: Pending) {
    const { spec, ledger } = this.guardian;
    if (!spec) return { refusals: ['there is no specification'] };
    const { version, powers, quarantineOverride } = pending.request;
    if (pending.mode === 'return') return planReturn(spec, pending.to, ledger, pending.force);
    const held = ledger.quarantine[version.name];
    if (held && quarantineOverride === null)
      return { refusals: [`${version.name} is quarantined: ${held.reason}`] };
    return planRelease(specOf(pending, spec), version, { ledger, powers });
  }

  /** Terminated or failed without a report: its environments may be half way, so bring them back. */
  private async lost(number: number): Promise<void> {
    const pending = this.guardian.pending[number];
    if (!pending) return;
    log.error('a release was lost', { number, admitted: pending.plan !== null });
    if (!pending.plan) return this.close(number);
    pending.attempt += 1;
    await this.start(number);
  }

  private async lookAfter(number: number): Promise<void> {
    const { application } = this.guardian;
    while (this.guardian.pending[number]) {
      await sleep(watchInterval, { summary: `is ${application}:${number} still open?` });
      try {
        if (await telling.isReleaseOpen({ application, release: number })) continue;
      } catch (error) {
        log.warn('could not look after a release', { number, error: String(error) });
        continue;
      }
      return this.lost(number);
    }
  }
}

/** What the release runs by. */
function specOf({ request }: Pending, spec: Spec): Spec {
  return request.hotfix === undefined ? spec : expressSpec(spec);
}

function overrideOf({ request }: Pending, { hotfix }: Spec) {
  if (request.override || request.hotfix === undefined) return request.override;
  if (hotfix?.calendar !== 'override') return undefined;
  return { reason: request.hotfix, for: overrideTimes.submission };
}
