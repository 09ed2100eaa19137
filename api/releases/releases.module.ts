/** Releases over HTTP. */

import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.ts';
import { ReleasesController } from './releases.controller.ts';
import { ReleasesService } from './releases.service.ts';

@Module({
  imports: [EventsModule],
  controllers: [ReleasesController],
  providers: [ReleasesService],
  exports: [ReleasesService],
})
export class ReleasesModule {}
