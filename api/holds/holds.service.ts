/** Holds and freezes of an application: put up, shown and lifted through its guardian. */

import { Inject, Injectable } from '@nestjs/common';
import { stopOfFreeze } from '../../calendar/stops.ts';
import { binds } from '../../domain/calendar/freeze.ts';
import { currentHolds, type Hold, type HoldRequest } from '../../domain/calendar/hold.ts';
import { applicationWorkflowId } from '../../domain/ids.ts';
import { calendarOf } from '../../domain/plan.ts';
import type { Actor } from '../../domain/release.ts';
import type { Spec } from '../../domain/spec.ts';
import { holdUpdate, unholdUpdate } from '../../workflows/messages.ts';
import { ApplicationsService } from '../applications/applications.service.ts';
import { EstateService } from '../estate/estate.service.ts';
import { updateIdOf } from '../idempotency.ts';
import type { Temporal } from '../temporal.ts';
import { TEMPORAL } from '../temporal.module.ts';
import type { FreezeBody, HoldBody, LiftBody } from './holds.schemas.ts';
import { freezeRequest, holdKey, holdRequest } from './requests.ts';

@Injectable()
export class HoldsService {
  constructor(
    @Inject(TEMPORAL) private readonly temporal: Temporal,
    @Inject(ApplicationsService) private readonly applications: ApplicationsService,
    @Inject(EstateService) private readonly estate: EstateService,
  ) {}

  async list(application: string) {
    const [{ spec, holds = [] }, everywhere] = await Promise.all([
      this.applications.find(application),
      this.estate.holds(),
    ]);
    const now = Date.now();
    return {
      holds: currentHolds(holds, new Date(now).toISOString()),
      freezes: (spec.freezes ?? []).filter((freeze) => stopOfFreeze(freeze).to > now),
      everywhere: everywhere.filter((hold) => bindsOneOf(spec, hold)),
    };
  }

  /** From now on, for as long as the body says. */
  hold(application: string, body: HoldBody, by: Actor, key: string | null): Promise<Hold> {
    return this.place(
      application,
      holdRequest(body, by),
      holdKey(key, { application, by, ...body }),
    );
  }

  /** @throws CrescendoError request_invalid when its times are none */
  async freeze(application: string, body: FreezeBody, by: Actor, key: string | null) {
    const request = freezeRequest(body, by);
    return this.place(application, request, holdKey(key, { application, ...request }));
  }

  async lift(application: string, id: string, body: LiftBody, by: Actor, key: string | null) {
    const request = { id, by, reason: body.reason ?? null };
    const updateId = updateIdOf('unhold', key, request);
    return this.temporal.ask({ kind: 'application', name: application }, () =>
      this.handle(application).executeUpdate(unholdUpdate, { args: [request], updateId }),
    );
  }

  private place(application: string, request: HoldRequest, updateId: string): Promise<Hold> {
    return this.temporal.ask({ kind: 'application', name: application }, () =>
      this.handle(application).executeUpdate(holdUpdate, { args: [request], updateId }),
    );
  }

  private handle(application: string) {
    return this.temporal.workflow.getHandle(applicationWorkflowId(application));
  }
}

function bindsOneOf(spec: Spec, hold: Hold): boolean {
  const names = spec.production.waves.flatMap(({ environments }) => environments);
  return names.some((name) => binds(hold, name, calendarOf(spec, name).labels));
}
