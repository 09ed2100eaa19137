/** Holds and freezes over all applications: put up, shown and lifted through the estate. */

import { Inject, Injectable } from '@nestjs/common';
import { unknownEnvironment, type Hold, type HoldRequest } from '../../domain/calendar/hold.ts';
import { CrescendoError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/release.ts';
import { DirectoryService } from '../applications/directory.service.ts';
import { EstateService } from '../estate/estate.service.ts';
import { updateIdOf } from '../idempotency.ts';
import type { FreezeBody, HoldBody, LiftBody } from './holds.schemas.ts';
import { freezeRequest, holdKey, holdRequest } from './requests.ts';

const subject = { estate: true };

@Injectable()
export class EstateHoldsService {
  constructor(
    @Inject(EstateService) private readonly estate: EstateService,
    @Inject(DirectoryService) private readonly directory: DirectoryService,
  ) {}

  async list() {
    return { holds: await this.estate.holds() };
  }

  hold(body: HoldBody, by: Actor, key: string | null): Promise<Hold> {
    return this.place(holdRequest(body, by), holdKey(key, { ...subject, by, ...body }));
  }

  /** @throws CrescendoError request_invalid when its times are none */
  async freeze(body: FreezeBody, by: Actor, key: string | null): Promise<Hold> {
    const request = freezeRequest(body, by);
    return this.place(request, holdKey(key, { ...subject, ...request }));
  }

  lift(id: string, body: LiftBody, by: Actor, key: string | null): Promise<Hold> {
    const request = { id, by, reason: body.reason ?? null };
    return this.estate.unhold(request, updateIdOf('unhold', key, request));
  }

  private async place(request: HoldRequest, updateId: string): Promise<Hold> {
    if (request.environments) await this.checkNames(request.environments);
    return this.estate.hold(request, updateId);
  }

  /** A name that no application has would bind nothing, and nobody would notice in time. */
  private async checkNames(environments: readonly string[]): Promise<void> {
    const known = await this.directory.environments();
    if (!known) return;
    const fields = environments.flatMap((name, index) => {
      if (known.includes(name)) return [];
      const message = unknownEnvironment(name, known);
      return [{ path: `environments.${index}`, message }];
    });
    if (fields[0]) throw new CrescendoError('request_invalid', fields[0].message, fields);
  }
}
