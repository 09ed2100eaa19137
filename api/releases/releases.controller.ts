/** Routes of releases: list, look, timeline, measurements, live events, and the nine actions. */

import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { actions, type Action } from '../../domain/actions.ts';
import { CrescendoError } from '../../domain/errors.ts';
import type { ReleaseId } from '../../domain/ids.ts';
import type { Actor } from '../../domain/release.ts';
import { CurrentActor } from '../actor.ts';
import { Needs } from '../auth.guard.ts';
import { Answers, Problems } from '../docs.ts';
import { EventsService } from '../events/events.service.ts';
import { EventStream, lastEventId, signalOf } from '../events/sse.ts';
import { IdempotencyKey } from '../idempotency.ts';
import type { Scope } from '../tokens.ts';
import { ReleaseIdPipe } from '../validation.ts';
import * as schemas from './releases.schemas.ts';
import { ReleasesService } from './releases.service.ts';

@ApiTags('releases')
@Controller('api/v1/releases')
export class ReleasesController {
  constructor(
    @Inject(ReleasesService) private readonly releases: ReleasesService,
    @Inject(EventsService) private readonly events: EventsService,
  ) {}

  @Get()
  @Answers(200, schemas.listAnswer, 'Releases, newest first')
  @Problems('request_invalid', 'journal_unavailable')
  list(@Query({ schema: schemas.listQuery }) query: schemas.ListQuery) {
    return this.releases.list(query);
  }

  @Get(':id')
  @ApiParam({ name: 'id', type: String, example: 'shop:7' })
  @Answers(200, schemas.releaseAnswer, 'Progress of the release and what it accepts')
  @Problems('release_unknown', 'journal_unavailable')
  read(
    @Param('id', ReleaseIdPipe) id: ReleaseId,
    @Query({ schema: schemas.releaseQuery }) query: schemas.ReleaseQuery,
    @CurrentActor() by: Actor,
  ) {
    return this.releases.read(id, by, query);
  }

  @Get(':id/timeline')
  @ApiParam({ name: 'id', type: String, example: 'shop:7' })
  @Answers(200, schemas.timelineAnswer, 'Everything that happened, in order')
  @Problems('release_unknown', 'journal_unavailable')
  timeline(
    @Param('id', ReleaseIdPipe) id: ReleaseId,
    @Query({ schema: schemas.timelineQuery }) query: schemas.TimelineQuery,
  ) {
    return this.releases.timeline(id, query);
  }

  @Get(':id/measurements')
  @ApiParam({ name: 'id', type: String, example: 'shop:7' })
  @Answers(200, schemas.measurementsAnswer, 'Every look at the metrics, in time order')
  @Problems('release_unknown', 'journal_unavailable')
  measurements(
    @Param('id', ReleaseIdPipe) id: ReleaseId,
    @Query({ schema: schemas.measurementsQuery }) query: schemas.MeasurementsQuery,
  ) {
    return this.releases.measurements(id, query);
  }

  @Get(':id/events')
  @ApiParam({ name: 'id', type: String, example: 'shop:7' })
  @EventStream('Everything that happened and happens, until the event `end`')
  @Problems('release_unknown', 'journal_unavailable')
  async live(@Param('id', ReleaseIdPipe) id: ReleaseId, @Req() request: FastifyRequest) {
    const after = lastEventId(request) ?? 0;
    await this.releases.find(id);
    return this.events.followRelease(id, after, signalOf(request));
  }

  @Post(':id/:action')
  @Needs(scopesFor)
  @HttpCode(200)
  @ApiParam({ name: 'id', type: String, example: 'shop:7' })
  @ApiParam({ name: 'action', enum: actions })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @Answers(200, schemas.releaseAnswer, 'Progress right after the action was accepted')
  @Problems('action_refused', 'release_ended', 'release_unknown', 'no_worker')
  @Problems('forbidden', 'request_invalid')
  act(
    @Param('id', ReleaseIdPipe) id: ReleaseId,
    @Param('action') action: string,
    @Body({ schema: schemas.actionBody }) body: schemas.ActionBody,
    @CurrentActor() by: Actor,
    @IdempotencyKey() key: string | null,
  ) {
    if (!isAction(action)) {
      const message = `"${action}" is no action; there are: ${actions.join(', ')}`;
      throw new CrescendoError('not_found', message);
    }
    return this.releases.act(id, action, body, by, key);
  }
}

/** Whoever may say no at a gate may also stop what is under way. */
function scopesFor({ params }: FastifyRequest): readonly Scope[] {
  const { action } = params as { action?: string };
  if (action === 'approve' || action === 'reject') return ['approve'];
  const stops = action === 'pause' || action === 'rollback' || action === 'abort';
  return stops ? ['release', 'approve'] : ['release'];
}

function isAction(text: string): text is Action {
  return (actions as readonly string[]).includes(text);
}
