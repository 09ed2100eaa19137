/** Routes of holds and freezes: what keeps an application from going forward. */

import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../domain/release.ts';
import { CurrentActor } from '../actor.ts';
import { Answers, Problems } from '../docs.ts';
import { IdempotencyKey } from '../idempotency.ts';
import { ApplicationPipe } from '../validation.ts';
import * as schemas from './holds.schemas.ts';
import { HoldsService } from './holds.service.ts';

@ApiTags('holds')
@Controller('api/v1/applications/:app')
export class HoldsController {
  constructor(@Inject(HoldsService) private readonly holds: HoldsService) {}

  @Get('holds')
  @ApiParam({ name: 'app', type: String, example: 'shop' })
  @Answers(200, schemas.holdsAnswer, 'Holds and freezes in force or to come')
  @Problems('application_unknown', 'no_worker', 'temporal_unavailable')
  list(@Param('app', ApplicationPipe) app: string) {
    return this.holds.list(app);
  }

  @Post('holds')
  @HttpCode(201)
  @ApiParam({ name: 'app', type: String, example: 'shop' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(201, schemas.holdAnswer, 'Nothing goes forward until it is lifted or over')
  @Problems('request_invalid', 'application_unknown', 'no_worker')
  hold(
    @Param('app', ApplicationPipe) app: string,
    @Body({ schema: schemas.holdBody }) body: schemas.HoldBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    return this.holds.hold(app, body, by, key);
  }

  @Post('freezes')
  @HttpCode(201)
  @ApiParam({ name: 'app', type: String, example: 'shop' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(201, schemas.holdAnswer, 'Nothing goes forward between the two times')
  @Problems('request_invalid', 'application_unknown', 'no_worker')
  freeze(
    @Param('app', ApplicationPipe) app: string,
    @Body({ schema: schemas.freezeBody }) body: schemas.FreezeBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    return this.holds.freeze(app, body, by, key);
  }

  @Post('holds/:hold/lift')
  @HttpCode(200)
  @ApiParam({ name: 'app', type: String, example: 'shop' })
  @ApiParam({ name: 'hold', type: String, example: 'hold-3' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(200, schemas.holdAnswer, 'It is over')
  @Problems('hold_unknown', 'application_unknown', 'no_worker')
  lift(
    @Param('app', ApplicationPipe) app: string,
    @Param('hold') id: string,
    @Body({ schema: schemas.liftBody }) body: schemas.LiftBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    return this.holds.lift(app, id, body, by, key);
  }
}
