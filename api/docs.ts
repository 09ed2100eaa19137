/** The OpenAPI document: decorators that describe routes, and where it is served. */

import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiResponse, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { z } from 'zod';
import { catalogue, type ErrorCode } from '../domain/errors.ts';
import { specJsonSchema } from '../domain/spec.ts';
import { problemSchema } from './problem.ts';

/** What a route answers when all is well. */
export function Answers(status: number, schema: z.ZodType, description: string) {
  return ApiResponse({ status, description, standardSchema: schema });
}

/** The errors worth knowing of a route, one response for each status. */
export function Problems(...codes: ErrorCode[]) {
  const statuses = [...new Set(codes.map((code) => catalogue[code].status))];
  const responses = statuses.map((status) => {
    const group = codes.filter((code) => catalogue[code].status === status);
    const description = group.map((code) => `\`${code}\`: ${catalogue[code].title}`).join('\n\n');
    return ApiResponse({ status, description, standardSchema: problemSchema });
  });
  return applyDecorators(...responses);
}

/** A body that is a specification, in YAML or JSON. */
export function SpecificationBody() {
  const { $schema: _, ...schema } = specJsonSchema() as Record<string, unknown>;
  return applyDecorators(ApiConsumes('application/yaml', 'application/json'), ApiBody({ schema }));
}

/** Serves /api/docs and /api/openapi.json; the pages load nothing from elsewhere. */
export function serveDocs(app: NestFastifyApplication): void {
  const description = 'Progressive deployment as durable workflows. Errors are RFC 9457 problems.';
  const config = new DocumentBuilder()
    .setTitle('Crescendo')
    .setDescription(description)
    .setVersion('1')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  SwaggerModule.setup('api/docs', app, () => SwaggerModule.createDocument(app, config), {
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Crescendo API',
    // Else the page asks a public validator about a document it cannot even reach.
    swaggerOptions: { validatorUrl: null },
  });
}
