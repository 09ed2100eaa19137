/** The estate over HTTP. */

import { Module } from '@nestjs/common';
import { EstateController } from './estate.controller.ts';
import { EstateService } from './estate.service.ts';

@Module({ controllers: [EstateController], providers: [EstateService], exports: [EstateService] })
export class EstateModule {}
