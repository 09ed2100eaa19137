/** The stream of everything that happens. */

import { Controller, Get, Header, Inject, Query, Req } from '@nestjs/common';
import { ApiHeader, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problems } from '../docs.ts';
import { EventsService } from './events.service.ts';
import { lastEventId, signalOf } from './sse.ts';

const eventsQuery = z.strictObject({ application: z.string().max(63).optional() });

@ApiTags('events')
@Controller('api/v1/events')
export class EventsController {
  constructor(@Inject(EventsService) private readonly events: EventsService) {}

  @Get()
  @Header('content-type', 'text/event-stream; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Header('x-accel-buffering', 'no')
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Position to go on after' })
  @ApiProduces('text/event-stream')
  @ApiResponse({ status: 200, description: 'Everything from now on' })
  @Problems('journal_unavailable')
  all(
    @Query({ schema: eventsQuery }) query: z.output<typeof eventsQuery>,
    @Req() request: FastifyRequest,
  ) {
    return this.events.followAll(query.application, lastEventId(request), signalOf(request));
  }
}
