/** Routes about specifications as such: checking one, and the schema for editors. */

import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { specJsonSchema } from '../../domain/spec.ts';
import { parseSpecification } from '../../specification/parse.ts';
import { Needs, Public } from '../auth.guard.ts';
import { Answers, Problems, SpecificationBody } from '../docs.ts';
import * as schemas from './applications.schemas.ts';
import { SpecificationText } from './specification-text.ts';

@ApiTags('specifications')
@Controller('api/v1')
export class SpecificationsController {
  @Post('validate')
  @Needs(['read'])
  @HttpCode(200)
  @SpecificationBody()
  @Answers(200, schemas.validateAnswer, 'The specification is valid')
  @Problems('spec_invalid', 'request_invalid')
  validate(@SpecificationText() text: string) {
    const { warnings } = parseSpecification(text);
    return { valid: true, warnings };
  }

  @Get('schema/specification.json')
  @Public()
  @ApiResponse({ status: 200, description: 'JSON Schema (draft 2020-12) of specifications' })
  schema() {
    return specJsonSchema();
  }
}
