/** Routes of overrides: when a release went on in spite of its calendar, for review. */

import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { JournalReader } from '../../journal/contract.ts';
import { Answers, Problems } from '../docs.ts';
import { JOURNAL } from '../journal.module.ts';
import * as schemas from './holds.schemas.ts';

@ApiTags('holds')
@Controller('api/v1/overrides')
export class OverridesController {
  constructor(@Inject(JOURNAL) private readonly journal: JournalReader) {}

  @Get()
  @Answers(200, schemas.overridesAnswer, 'Newest first, of one application or of all')
  @Problems('request_invalid', 'journal_unavailable')
  async list(@Query({ schema: schemas.overridesQuery }) query: schemas.OverridesQuery) {
    return { items: await this.journal.readOverrides(query) };
  }
}
