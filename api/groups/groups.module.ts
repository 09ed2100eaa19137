/** Groups over HTTP. */

import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/applications.module.ts';
import { GroupsController } from './groups.controller.ts';
import { GroupsService } from './groups.service.ts';

@Module({
  imports: [ApplicationsModule],
  controllers: [GroupsController],
  providers: [GroupsService],
})
export class GroupsModule {}
