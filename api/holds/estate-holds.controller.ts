/** Routes of holds and freezes over all applications. */

import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../domain/release.ts';
import { CurrentActor } from '../actor.ts';
import { Needs } from '../auth.guard.ts';
import { Answers, Problems } from '../docs.ts';
import { IdempotencyKey } from '../idempotency.ts';
import { EstateHoldsService } from './estate-holds.service.ts';
import * as schemas from './holds.schemas.ts';

/** As with a stop: whoever may release or approve may put one up, and an admin lifts it. */
@ApiTags('estate')
@Controller('api/v1/estate')
export class EstateHoldsController {
  constructor(@Inject(EstateHoldsService) private readonly holds: EstateHoldsService) {}

  @Get('holds')
  @Answers(200, schemas.estateHoldsAnswer, 'Over all applications, in force or to come')
  @Problems('no_worker', 'temporal_unavailable')
  list() {
    return this.holds.list();
  }

  @Post('holds')
  @HttpCode(201)
  @Needs(['release', 'approve'])
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(201, schemas.holdAnswer, 'Nothing goes forward anywhere until it is lifted or over')
  @Problems('request_invalid', 'forbidden', 'no_worker', 'temporal_unavailable')
  hold(
    @Body({ schema: schemas.holdBody }) body: schemas.HoldBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    return this.holds.hold(body, by, key);
  }

  @Post('freezes')
  @HttpCode(201)
  @Needs(['release', 'approve'])
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(201, schemas.holdAnswer, 'Nothing goes forward anywhere between the two times')
  @Problems('request_invalid', 'forbidden', 'no_worker', 'temporal_unavailable')
  freeze(
    @Body({ schema: schemas.freezeBody }) body: schemas.FreezeBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    return this.holds.freeze(body, by, key);
  }

  @Post('holds/:hold/lift')
  @HttpCode(200)
  @Needs(['admin'])
  @ApiParam({ name: 'hold', type: String, example: 'all-3' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(200, schemas.holdAnswer, 'It is over')
  @Problems('hold_unknown', 'forbidden', 'no_worker', 'temporal_unavailable')
  lift(
    @Param('hold') id: string,
    @Body({ schema: schemas.liftBody }) body: schemas.LiftBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    return this.holds.lift(id, body, by, key);
  }
}
