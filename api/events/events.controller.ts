/** The stream of everything that happens. */

import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problems } from '../docs.ts';
import { EventsService } from './events.service.ts';
import { EventStream, lastEventId, signalOf } from './sse.ts';

const eventsQuery = z.strictObject({ application: z.string().max(63).optional() });

@ApiTags('events')
@Controller('api/v1/events')
export class EventsController {
  constructor(@Inject(EventsService) private readonly events: EventsService) {}

  @Get()
  @EventStream('Everything from now on')
  @Problems('journal_unavailable')
  all(
    @Query({ schema: eventsQuery }) query: z.output<typeof eventsQuery>,
    @Req() request: FastifyRequest,
  ) {
    return this.events.followAll(query.application, lastEventId(request), signalOf(request));
  }
}
