/** Holds and freezes over HTTP. */

import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/applications.module.ts';
import { EstateModule } from '../estate/estate.module.ts';
import { EstateHoldsController } from './estate-holds.controller.ts';
import { EstateHoldsService } from './estate-holds.service.ts';
import { HoldsController } from './holds.controller.ts';
import { OverridesController } from './overrides.controller.ts';
import { HoldsService } from './holds.service.ts';

@Module({
  imports: [ApplicationsModule, EstateModule],
  controllers: [HoldsController, EstateHoldsController, OverridesController],
  providers: [HoldsService, EstateHoldsService],
})
export class HoldsModule {}
