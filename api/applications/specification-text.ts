/** The specification of a request as it was sent, so that errors can name its lines. */

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CrescendoError } from '../../domain/errors.ts';

/** Media types that are read as YAML text. */
export const yamlTypes = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'];

/** Parameter of a handler: the text of the body, JSON or YAML. */
export const SpecificationText = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<FastifyRequest & { rawBody?: Buffer }>();
  if (request.rawBody) return request.rawBody.toString('utf8');
  const message = 'send the specification as application/yaml or application/json';
  throw new CrescendoError('request_invalid', message);
});
