/** The guardian of one application: one release at a time, the specification, the ledger. */

import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import { holdSentence } from '../domain/calendar/hold.ts';
import { environmentTaskQueue, formatReleaseId } from '../domain/ids.ts';
import { expressSpec, hotfixRefusal } from '../domain/hotfix.ts';
import {
  arrive,
  becomeWarm,
  leave,
  turnsAway,
  type LaneChange,
  type LaneRules,
  type QueuedRelease,
} from '../domain/lane.ts';
import { contradicts, liftQuarantine, recordVersion } from '../domain/ledger.ts';
import { packLarge, unpack, type Packable } from '../domain/pack.ts';
import { planRelease, planReturn, type PlanResult } from '../domain/plan.ts';
import { recall } from '../domain/recall.ts';
import type { Version } from '../domain/release.ts';
import { Admissions } from './admissions.ts';
import { heed } from './heed.ts';
import { openHolds } from './holds.ts';
import {
  findKey,
  fingerprint,
  newGuardian,
  publicState,
  rememberKey,
  takeIntoLedger,
  type Guardian,
  type Pending,
} from './application-state.ts';
import { isLong } from './long-history.ts';
import {
  applicationQuery,
  applyUpdate,
  liftQuarantineUpdate,
  queuesQuery,
  reportSignal,
  returnUpdate,
  submitUpdate,
  type ApplyRequest,
  type ReturnRequest,
  type SubmitAnswer,
  type SubmitRequest,
} from './messages.ts';
import { now } from './rollout-state.ts';

export interface ApplicationInput {
  application: string;
  /** Carried over by continue-as-new. */
  guardian?: Packable<Guardian>;
}

/** Runs for as long as the application exists. */
export async function application(input: ApplicationInput): Promise<void> {
  const guardian = input.guardian ? unpack(input.guardian) : newGuardian(input.application);
  const admissions = new Admissions(guardian, (number) => settle(leave(guardian.lane, number)));

  function settle(change: LaneChange): void {
    guardian.lane = change.lane;
    admissions.enqueue(change.effects);
    setCurrentDetails(describe(guardian));
  }

  setHandler(applicationQuery, () => packLarge(publicState(guardian)), {
    description: 'Specification, lane and ledger',
  });
  setHandler(queuesQuery, () => queuesOf(guardian), {
    description: 'Task queues of the workers that its environments name',
  });
  const calendar = openHolds(guardian, () => setCurrentDetails(describe(guardian)));
  setHandler(applyUpdate, (request) => applied(request), {
    description: 'Takes a specification over',
    validator: ({ spec }) =>
      refuseIf(
        spec.application !== guardian.application,
        'request_invalid',
        `this is ${guardian.application}`,
      ),
  });
  setHandler(submitUpdate, (request) => submit(request), {
    description: 'Starts a release of a version',
    validator: (request) => checkSubmission(guardian, request),
  });
  setHandler(returnUpdate, (request) => goBack(request), {
    description: 'Goes back to an earlier version; what is under way comes back first',
    validator: (request) => checkReturn(guardian, request),
  });
  setHandler(
    liftQuarantineUpdate,
    ({ version }) => {
      guardian.ledger = liftQuarantine(guardian.ledger, version);
    },
    {
      description: 'Lets a quarantined version be released again',
      validator: ({ version }) =>
        refuseIf(
          !guardian.ledger.quarantine[version],
          'version_unknown',
          `${version} is not quarantined`,
        ),
    },
  );
  heed(reportSignal, (reports) => {
    for (const report of reports) {
      takeIntoLedger(guardian, report);
      if (report.kind === 'warm') settle(becomeWarm(guardian.lane, report.release));
      if (report.kind === 'ended') admissions.close(report.release);
    }
  });

  function applied(request: ApplyRequest) {
    const before = fingerprint(guardian.spec?.freezes ?? []);
    const answer = apply(guardian, request);
    if (fingerprint(request.spec.freezes ?? []) !== before) calendar.changed();
    return answer;
  }

  async function submit(request: SubmitRequest): Promise<SubmitAnswer> {
    const known = findKey(guardian, request.idempotencyKey, request);
    if (typeof known === 'number') return answer(known, true);
    guardian.ledger = recordVersion(guardian.ledger, request.version);
    return open({ request, mode: 'forward', to: null, plan: null, attempt: 1 }, request);
  }

  async function goBack(request: ReturnRequest): Promise<SubmitAnswer> {
    const known = findKey(guardian, request.idempotencyKey, request);
    if (typeof known === 'number') return answer(known, true);
    const { action } = recallOf(guardian, request);
    const active = guardian.lane.active?.number;
    if (action !== null && active !== undefined) return callBack(active, action, request);
    const version = planOf(returnPlan(guardian, request)).version;
    const { by, idempotencyKey, force = false, group } = request;
    const reason = force ? `with force: ${request.reason}` : request.reason;
    const submission = {
      version,
      by,
      reason,
      idempotencyKey,
      quarantineOverride: reason ?? 'return',
      ...(group === undefined ? {} : { group }),
    };
    return open(
      { request: submission, mode: 'return', to: request.to, force, plan: null, attempt: 1 },
      request,
    );
  }

  function callBack(
    number: number,
    action: 'rollback' | 'abort',
    request: ReturnRequest,
  ): SubmitAnswer {
    const { by, reason, force = false, idempotencyKey } = request;
    rememberKey(guardian, idempotencyKey, request, number);
    admissions.recall(number, { action, by, reason, force, waiting: null });
    return answer(number, false);
  }

  /** A new release: its workflow exists from now on, and waits for its turn. */
  async function open(
    pending: Pending,
    asked: { idempotencyKey: string | null },
  ): Promise<SubmitAnswer> {
    const number = guardian.nextRelease;
    guardian.nextRelease += 1;
    rememberKey(guardian, asked.idempotencyKey, asked, number);
    guardian.pending[number] = pending;
    const starting = admissions.start(number);
    // Its place in the lane is taken at once: a second one that arrives meanwhile must see it.
    settle(arrive(guardian.lane, laneEntry(number, pending), laneRules(guardian.spec)));
    try {
      await starting;
    } catch (error) {
      admissions.close(number);
      throw error;
    }
    return answer(number, false);
  }

  function answer(number: number, repeated: boolean): SubmitAnswer {
    const place = guardian.lane.queue.findIndex((entry) => entry.number === number);
    return { number, ahead: place < 0 ? 0 : place + 1, repeated };
  }

  // Not to be cancelled: with the guardian the ledger would go, and with it every way back.
  await CancellationScope.nonCancellable(async () => {
    setCurrentDetails(describe(guardian));
    admissions.reattach();
    await admissions.run(() => isLong() && allHandlersFinished());
    await condition(allHandlersFinished);
    await calendar.finished();
    const { application: name } = guardian;
    await continueAsNew<typeof application>({ application: name, guardian: packLarge(guardian) });
  });
}

function laneEntry(number: number, { request, mode }: Pending): QueuedRelease {
  const entry = { number, version: request.version.name, since: now() };
  if (mode === 'return') return { ...entry, urgent: 'return' };
  return request.hotfix === undefined ? entry : { ...entry, urgent: 'hotfix' };
}

function laneRules(spec: Guardian['spec']): LaneRules {
  return {
    concurrency: spec?.concurrency ?? 'queue',
    preempts: spec?.hotfix?.active === 'abort',
  };
}

function queuesOf({ spec }: Guardian): string[] {
  const workers = Object.values(spec?.environments ?? {}).flatMap(({ worker }) => worker ?? []);
  return [...new Set(workers)].map((worker) => environmentTaskQueue(worker));
}

function apply(guardian: Guardian, { spec }: ApplyRequest) {
  const changed = fingerprint(guardian.spec) !== fingerprint(spec);
  if (changed) {
    guardian.spec = spec;
    guardian.revision += 1;
  }
  return { revision: guardian.revision, changed };
}

/** Everything that speaks against a release at once; what depends on the lane is planned later. */
function checkSubmission(guardian: Guardian, request: SubmitRequest): void {
  const { version, idempotencyKey, quarantineOverride, powers, hotfix } = request;
  const known = findKey(guardian, idempotencyKey, request);
  refuseIf(known === 'conflict', 'idempotency_conflict', 'the key was used for another request');
  if (known !== null) return;
  const { spec, ledger, lane } = guardian;
  if (!spec)
    throw refuse('application_unknown', `${guardian.application} has no specification yet`);
  refuseIf(contradicts(ledger, version), 'version_changed', contradiction(guardian, version));
  const held = ledger.quarantine[version.name];
  refuseIf(
    held !== undefined && quarantineOverride === null,
    'version_quarantined',
    `${version.name} is quarantined since ${held?.at}: ${held?.reason}`,
  );
  const active =
    lane.active &&
    formatReleaseId({ application: guardian.application, number: lane.active.number });
  const hurried = hotfix !== undefined;
  const refusal = hurried ? hotfixRefusal(spec, request.by) : null;
  if (refusal !== null) throw refuse('action_refused', refusal);
  refuseIf(!hurried && turnsAway(lane, spec.concurrency), 'lane_busy', `${active} is under way`);
  if (lane.active && !lane.warm) return;
  const known_ = recordVersion(ledger, version);
  planOf(planRelease(hurried ? expressSpec(spec) : spec, version, { ledger: known_, powers }));
}

function contradiction(guardian: Guardian, version: Version): string {
  const known = guardian.ledger.versions[version.name];
  return `${version.name} stands for ${known?.artifact} (config ${known?.config ?? 'none'}), not for ${version.artifact} (config ${version.config ?? 'none'})`;
}

function checkReturn(guardian: Guardian, request: ReturnRequest): void {
  const known = findKey(guardian, request.idempotencyKey, request);
  refuseIf(known === 'conflict', 'idempotency_conflict', 'the key was used for another request');
  if (known !== null) return;
  const forced = request.force === true && request.reason === null;
  refuseIf(forced, 'request_invalid', 'force needs a reason');
  const recalled = recallOf(guardian, request);
  if (recalled.refusal !== null) throw refuse('action_refused', recalled.refusal);
  if (recalled.action === null) planOf(returnPlan(guardian, request));
}

/** What a return means for the release that has the lane, by the ledger and its plan. */
function recallOf(guardian: Guardian, request: ReturnRequest) {
  const { lane, spec, ledger, pending, application: name } = guardian;
  const { number } = lane.active ?? {};
  const active = number === undefined ? undefined : pending[number];
  if (!spec || number === undefined || !active) return { action: null, refusal: null };
  const id = formatReleaseId({ application: name, number });
  const environments = spec.production.waves.flatMap((wave) => wave.environments);
  const { mode, plan } = active;
  const { to, force = false } = request;
  return recall({ number, id, mode, plan }, { to, force }, { environments, ledger });
}

function returnPlan(guardian: Guardian, { to, force }: ReturnRequest): PlanResult {
  if (!guardian.spec)
    throw refuse('application_unknown', `${guardian.application} has no specification yet`);
  return planReturn(guardian.spec, to, guardian.ledger, force);
}

/** The plan, or a refusal that lists every reason. */
function planOf(result: PlanResult) {
  if ('plan' in result) return result.plan;
  const fields = result.refusals.map((message) => ({ path: '', message }));
  throw ApplicationFailure.create({
    message: result.refusals.join('; '),
    type: 'plan_refused',
    nonRetryable: true,
    details: [fields],
  });
}

function refuse(code: string, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, code);
}

function refuseIf(wrong: boolean, code: string, message: string): void {
  if (wrong) throw refuse(code, message);
}

function describe(guardian: Guardian): string {
  const { application: name, lane, ledger, holds = [] } = guardian;
  const lines = [`# ${name}`];
  lines.push(
    lane.active
      ? `Active: release ${lane.active.number} of ${lane.active.version}${lane.warm ? ' (warm)' : ''}`
      : 'No release under way',
  );
  for (const { number, version, since, urgent } of lane.queue)
    lines.push(`- waiting: ${number}, ${version}${urgent ? ` (${urgent})` : ''}, since ${since}`);
  lines.push('', '| environment | live |', '| --- | --- |');
  for (const [environment, { live }] of Object.entries(ledger.environments)) {
    lines.push(`| ${environment} | ${live ?? 'nothing'} |`);
  }
  for (const [environment, { doors = [] }] of Object.entries(ledger.environments)) {
    for (const { version, reason } of doors)
      lines.push('', `One-way door in ${environment}: ${version} (${reason})`);
  }
  for (const hold of holds) lines.push('', `On hold: ${holdSentence(hold)}`);
  for (const [version, { reason }] of Object.entries(ledger.quarantine)) {
    lines.push('', `Quarantined: ${version} (${reason})`);
  }
  return lines.join('\n').slice(0, 15_000);
}
