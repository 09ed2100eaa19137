/** Health over HTTP. */

import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/applications.module.ts';
import { HealthController } from './health.controller.ts';
import { HealthService } from './health.service.ts';

@Module({
  imports: [ApplicationsModule],
  controllers: [HealthController],
  providers: [HealthService],
})
export class HealthModule {}
