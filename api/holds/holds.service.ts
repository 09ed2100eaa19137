/** Holds and freezes of an application: put up, shown and lifted through its guardian. */

import { Inject, Injectable } from '@nestjs/common';
import { stopOfFreeze } from '../../calendar/stops.ts';
import { currentHolds, type Hold, type HoldRequest } from '../../domain/calendar/hold.ts';
import { applicationWorkflowId } from '../../domain/ids.ts';
import type { Actor } from '../../domain/release.ts';
import { holdUpdate, unholdUpdate } from '../../workflows/messages.ts';
import { checkFreeze } from '../applications/calendar.ts';
import { ApplicationsService } from '../applications/applications.service.ts';
import { updateIdOf } from '../idempotency.ts';
import type { Temporal } from '../temporal.ts';
import { TEMPORAL } from '../temporal.module.ts';
import type { FreezeBody, HoldBody, LiftBody } from './holds.schemas.ts';

@Injectable()
export class HoldsService {
  constructor(
    @Inject(TEMPORAL) private readonly temporal: Temporal,
    @Inject(ApplicationsService) private readonly applications: ApplicationsService,
  ) {}

  async list(application: string) {
    const { spec, holds = [] } = await this.applications.find(application);
    const now = Date.now();
    return {
      holds: currentHolds(holds, new Date(now).toISOString()),
      freezes: (spec.freezes ?? []).filter((freeze) => stopOfFreeze(freeze).to > now),
    };
  }

  /** From now on, for as long as the body says. */
  hold(application: string, body: HoldBody, by: Actor, key: string | null): Promise<Hold> {
    const { for: ms, ...rest } = body;
    const to = new Date(Date.now() + ms).toISOString();
    // The time of the call is no part of what was asked: a repeat of the request is the same.
    const updateId = updateIdOf('hold', key, { application, by, ...body });
    return this.place(application, { kind: 'hold', by, from: null, to, ...rest }, updateId);
  }

  /** @throws CrescendoError request_invalid when its times are none */
  async freeze(application: string, body: FreezeBody, by: Actor, key: string | null) {
    const freeze = { name: 'freeze', ...body };
    checkFreeze(freeze, '');
    const { from, to } = stopOfFreeze(freeze);
    const { reason, environments, labels } = body;
    const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const request = { kind: 'freeze' as const, by, reason, ...span, environments, labels };
    return this.place(application, request, updateIdOf('hold', key, { application, ...request }));
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
