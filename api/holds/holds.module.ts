/** Holds and freezes over HTTP. */

import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/applications.module.ts';
import { HoldsController } from './holds.controller.ts';
import { OverridesController } from './overrides.controller.ts';
import { HoldsService } from './holds.service.ts';

@Module({
  imports: [ApplicationsModule],
  controllers: [HoldsController, OverridesController],
  providers: [HoldsService],
})
export class HoldsModule {}
