/** Routes of groups: plan, release, look at and steer several applications as one. */

import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiParam, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { groupSchema } from '../../domain/group-spec.ts';
import type { Actor } from '../../domain/release.ts';
import { parseGroup } from '../../specification/group.ts';
import { CurrentActor } from '../actor.ts';
import { SpecificationText } from '../applications/specification-text.ts';
import { Needs } from '../auth.guard.ts';
import { Answers, Problems } from '../docs.ts';
import { IdempotencyKey } from '../idempotency.ts';
import { GroupPipe } from '../validation.ts';
import * as schemas from './groups.schemas.ts';
import { GroupsService } from './groups.service.ts';

const { $schema: _, ...groupJson } = z.toJSONSchema(groupSchema, {
  io: 'input',
  unrepresentable: 'any',
}) as Record<string, unknown>;

@ApiTags('groups')
@Controller('api/v1/groups')
export class GroupsController {
  constructor(@Inject(GroupsService) private readonly groups: GroupsService) {}

  @Post('plan')
  @Needs(['read'])
  @HttpCode(200)
  @ApiConsumes('application/yaml', 'application/json')
  @ApiBody({ schema: groupJson })
  @Answers(200, schemas.planAnswer, 'What each release would do now')
  @Problems('spec_invalid', 'plan_refused', 'no_worker')
  plan(@SpecificationText() text: string, @CurrentActor() by: Actor) {
    return this.groups.plan(parseGroup(text), by);
  }

  @Post()
  @HttpCode(202)
  @ApiConsumes('application/yaml', 'application/json')
  @ApiBody({ schema: groupJson })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(202, schemas.startAnswer, 'The first applications begin')
  @Problems('spec_invalid', 'plan_refused', 'group_busy', 'no_worker')
  start(
    @SpecificationText() text: string,
    @Query({ schema: schemas.startQuery }) { reason }: schemas.StartQuery,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    return this.groups.start(parseGroup(text), by, reason ?? null, key);
  }

  @Get()
  @Answers(200, schemas.groupsAnswer, 'The latest release of each, those under way first')
  @Problems('no_worker', 'temporal_unavailable')
  async list() {
    return { items: await this.groups.list() };
  }

  @Get(':group')
  @ApiParam({ name: 'group', type: String, example: 'checkout' })
  @Answers(200, schemas.groupAnswer, 'The latest release of the group')
  @Problems('group_unknown', 'no_worker', 'temporal_unavailable')
  read(@Param('group', GroupPipe) group: string) {
    return this.groups.find(group);
  }

  @Post(':group/pause')
  @HttpCode(200)
  @ApiParam({ name: 'group', type: String, example: 'checkout' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(200, schemas.groupAnswer, 'Every application stands still')
  @Problems('action_refused', 'group_unknown', 'no_worker')
  pause(
    @Param('group', GroupPipe) group: string,
    @Body({ schema: schemas.actionBody }) { reason }: schemas.ActionBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    return this.groups.act(group, 'pause', reason ?? null, by, key);
  }

  @Post(':group/resume')
  @HttpCode(200)
  @ApiParam({ name: 'group', type: String, example: 'checkout' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(200, schemas.groupAnswer, 'They go on')
  @Problems('action_refused', 'group_unknown', 'no_worker')
  resume(
    @Param('group', GroupPipe) group: string,
    @Body({ schema: schemas.actionBody }) { reason }: schemas.ActionBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    return this.groups.act(group, 'resume', reason ?? null, by, key);
  }

  @Post(':group/rollback')
  @Needs(['release', 'approve'])
  @HttpCode(200)
  @ApiParam({ name: 'group', type: String, example: 'checkout' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(200, schemas.groupAnswer, 'Every application goes back, the last one first')
  @Problems('action_refused', 'group_unknown', 'no_worker')
  rollback(
    @Param('group', GroupPipe) group: string,
    @Body({ schema: schemas.actionBody }) { reason }: schemas.ActionBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    return this.groups.act(group, 'rollback', reason ?? null, by, key);
  }
}
