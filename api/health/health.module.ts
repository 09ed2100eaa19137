/** Health over HTTP. */

import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/applications.module.ts';
import { EstateModule } from '../estate/estate.module.ts';
import { HealthController } from './health.controller.ts';
import { HealthService } from './health.service.ts';
import { InForceService } from './in-force.service.ts';

@Module({
  imports: [ApplicationsModule, EstateModule],
  controllers: [HealthController],
  providers: [HealthService, InForceService],
})
export class HealthModule {}
