/** Applications and their specifications over HTTP. */

import { Module } from '@nestjs/common';
import { EstateModule } from '../estate/estate.module.ts';
import { ApplicationsController } from './applications.controller.ts';
import { ApplicationsService } from './applications.service.ts';
import { DirectoryService } from './directory.service.ts';
import { ForecastService } from './forecast.service.ts';
import { SpecificationsController } from './specifications.controller.ts';

@Module({
  imports: [EstateModule],
  controllers: [ApplicationsController, SpecificationsController],
  providers: [ApplicationsService, DirectoryService, ForecastService],
  exports: [ApplicationsService, DirectoryService],
})
export class ApplicationsModule {}
