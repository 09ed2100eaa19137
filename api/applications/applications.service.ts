/** Applications: everything goes through the workflow that guards each of them. */

import { Inject, Injectable } from '@nestjs/common';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { CrescendoError } from '../../domain/errors.ts';
import { applicationWorkflowId, defaultTaskQueue, formatReleaseId } from '../../domain/ids.ts';
import { expressSpec, hotfixRefusal } from '../../domain/hotfix.ts';
import { contradicts, recordVersion } from '../../domain/ledger.ts';
import { unpack } from '../../domain/pack.ts';
import { planRelease, type Plan } from '../../domain/plan.ts';
import type { Actor } from '../../domain/release.ts';
import type { Spec } from '../../domain/spec.ts';
import { routerPowers } from '../../providers/routers/index.ts';
import {
  applicationQuery,
  queuesQuery,
  applyUpdate,
  liftQuarantineUpdate,
  returnUpdate,
  submitUpdate,
  type ApplicationState,
  type ApplyAnswer,
  type SubmitAnswer,
} from '../../workflows/messages.ts';
import { CONFIG } from '../auth.guard.ts';
import type { ApiConfig } from '../config.ts';
import { EstateService } from '../estate/estate.service.ts';
import { updateIdOf } from '../idempotency.ts';
import { releaseLinks } from '../links.ts';
import type { Temporal } from '../temporal.ts';
import { TEMPORAL } from '../temporal.module.ts';
import type { LiftBody, PlanBody, RollbackBody, SubmitBody } from './applications.schemas.ts';
import { checkFreeze, forecasts, outlookOf, refuseNever, type Outlook } from './calendar.ts';

export interface PlanAnswer extends Outlook {
  plan: Plan;
  /** The same with one freeze more, when that was asked. */
  withFreeze?: Outlook;
}

/** An application that has been given a specification. */
export type KnownApplication = ApplicationState & { spec: Spec };

@Injectable()
export class ApplicationsService {
  constructor(
    @Inject(CONFIG) private readonly config: ApiConfig,
    @Inject(TEMPORAL) private readonly temporal: Temporal,
    @Inject(EstateService) private readonly estate: EstateService,
  ) {}

  /** Gives the application its specification; the first one brings its workflow to life. */
  apply(spec: Spec, by: Actor): Promise<ApplyAnswer> {
    const { application } = spec;
    const startWorkflowOperation = new WithStartWorkflowOperation('application', {
      workflowId: applicationWorkflowId(application),
      taskQueue: defaultTaskQueue,
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{ application }],
      staticSummary: `Guards ${application}: one release at a time`,
    });
    return this.temporal.ask({ kind: 'application', name: application }, () =>
      this.temporal.workflow.executeUpdateWithStart(applyUpdate, {
        args: [{ spec, by }],
        startWorkflowOperation,
      }),
    );
  }

  /** @throws CrescendoError application_unknown when it has no specification either */
  async find(application: string): Promise<KnownApplication> {
    const state = await this.query(application);
    if (state.spec) return { ...state, spec: state.spec };
    throw new CrescendoError('application_unknown', `${application} has no specification yet`);
  }

  async query(application: string): Promise<ApplicationState> {
    const subject = { kind: 'application', name: application } as const;
    return unpack(
      await this.temporal.ask(subject, () => this.handle(application).query(applicationQuery)),
    );
  }

  /** Task queues of the workers that its environments name. */
  queues(application: string): Promise<string[]> {
    return this.temporal.ask({ kind: 'application', name: application }, () =>
      this.handle(application).query(queuesQuery),
    );
  }

  /** What a release of `version` would do now. Nothing is started or remembered. */
  async plan(
    application: string,
    { version, withFreeze, hotfix }: PlanBody,
    by: Actor,
  ): Promise<PlanAnswer> {
    if (withFreeze) checkFreeze(withFreeze, 'withFreeze.');
    const [found, everywhere] = await Promise.all([this.find(application), this.estate.holds()]);
    const { spec: whole, ledger } = found;
    const holds = [...(found.holds ?? []), ...everywhere];
    const refusal = hotfix ? hotfixRefusal(whole, by) : null;
    if (refusal !== null) throw new CrescendoError('action_refused', refusal);
    const spec = hotfix ? expressSpec(whole) : whole;
    if (contradicts(ledger, version)) {
      const known = ledger.versions[version.name];
      const message = `${version.name} stands for ${known?.artifact}, not for ${version.artifact}`;
      throw new CrescendoError('version_changed', message);
    }
    const result = planRelease(spec, version, {
      ledger: recordVersion(ledger, version),
      powers: routerPowers,
    });
    if ('refusals' in result) {
      const fields = result.refusals.map((message) => ({ path: '', message }));
      throw new CrescendoError('plan_refused', result.refusals.join('; '), fields);
    }
    const now = Date.now();
    const outlook = outlookOf(spec, holds, result.plan, now);
    refuseNever(outlook.calendar);
    const frozen = withFreeze && outlookOf(spec, holds, result.plan, now, [withFreeze]);
    const ahead = { ...outlook, ...(frozen ? { withFreeze: frozen } : {}) };
    const held = ledger.quarantine[version.name];
    if (!held) return { plan: result.plan, ...ahead };
    const warning = `${version.name} is quarantined (${held.reason}): releasing it needs a quarantineOverride`;
    const warnings = [...result.plan.warnings, warning];
    return { plan: { ...result.plan, warnings }, ...ahead };
  }

  /** The workflow itself knows repeated keys, longer than Temporal remembers ids of updates. */
  async submit(application: string, body: SubmitBody, by: Actor, idempotencyKey: string | null) {
    const { version, reason = null, quarantineOverride = null, override, hotfix } = body;
    const { spec, holds = [] } = await this.find(application);
    const express = hotfix === undefined ? {} : { hotfix };
    const overrides = hotfix !== undefined && spec.hotfix?.calendar === 'override';
    if (!override && !overrides) {
      const stops = [...holds, ...(await this.estate.holds())];
      refuseNever(forecasts(spec, stops, Date.now()));
    }
    const powers = routerPowers;
    const overriding = override ? { override } : {};
    const request = {
      version,
      by,
      reason,
      idempotencyKey,
      quarantineOverride,
      powers,
      ...overriding,
      ...express,
    };
    const answer = await this.temporal.ask({ kind: 'application', name: application }, () =>
      this.handle(application).executeUpdate(submitUpdate, { args: [request] }),
    );
    return this.submission(application, answer);
  }

  async rollback(
    application: string,
    body: RollbackBody,
    by: Actor,
    idempotencyKey: string | null,
  ) {
    const { to = null, reason = null, force } = body;
    const request = { to, by, reason, idempotencyKey, ...(force ? { force } : {}) };
    const answer = await this.temporal.ask({ kind: 'application', name: application }, () =>
      this.handle(application).executeUpdate(returnUpdate, { args: [request] }),
    );
    return this.submission(application, answer);
  }

  async lift(application: string, version: string, body: LiftBody, by: Actor, key: string | null) {
    const request = { version, by, reason: body.reason };
    const updateId = updateIdOf('liftQuarantine', key, request);
    await this.temporal.ask({ kind: 'application', name: application }, () =>
      this.handle(application).executeUpdate(liftQuarantineUpdate, { args: [request], updateId }),
    );
  }

  private handle(application: string) {
    return this.temporal.workflow.getHandle(applicationWorkflowId(application));
  }

  private submission(application: string, answer: SubmitAnswer) {
    const release = { application, number: answer.number };
    return {
      id: formatReleaseId(release),
      application,
      ...answer,
      links: releaseLinks(this.config, release),
    };
  }
}
