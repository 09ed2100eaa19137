/** Live events over HTTP. */

import { Module } from '@nestjs/common';
import { EventsController } from './events.controller.ts';
import { EventsService } from './events.service.ts';
import { JournalTail } from './journal-tail.ts';

@Module({
  controllers: [EventsController],
  providers: [EventsService, JournalTail],
  exports: [EventsService],
})
export class EventsModule {}
