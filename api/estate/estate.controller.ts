/** Routes of the estate: what holds for all applications, stop everything, resume everything. */

import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../domain/release.ts';
import { CurrentActor } from '../actor.ts';
import { Needs } from '../auth.guard.ts';
import { Answers, Problems } from '../docs.ts';
import { IdempotencyKey } from '../idempotency.ts';
import * as schemas from './estate.schemas.ts';
import { EstateService } from './estate.service.ts';

@ApiTags('estate')
@Controller('api/v1/estate')
export class EstateController {
  constructor(@Inject(EstateService) private readonly estate: EstateService) {}

  @Get()
  @Answers(200, schemas.estateAnswer, 'What holds for all applications, and who decided it')
  @Problems('no_worker', 'temporal_unavailable')
  read() {
    return this.estate.read();
  }

  /** Stopping is easy and going on is not: whoever may release or approve may stop everything. */
  @Post('stop')
  @HttpCode(200)
  @Needs(['release', 'approve'])
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(200, schemas.estateAnswer, 'Nothing goes forward; weights stay, ways back are open')
  @Problems('action_refused', 'forbidden', 'no_worker', 'temporal_unavailable')
  stop(
    @Body({ schema: schemas.stopBody }) { reason }: schemas.StopBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    return this.estate.decide('stop', reason, by, key);
  }

  @Post('resume')
  @HttpCode(200)
  @Needs(['admin'])
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(200, schemas.estateAnswer, 'All applications go on')
  @Problems('action_refused', 'forbidden', 'no_worker', 'temporal_unavailable')
  resume(
    @Body({ schema: schemas.resumeBody }) { reason }: schemas.ResumeBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    return this.estate.decide('resume', reason ?? null, by, key);
  }
}
