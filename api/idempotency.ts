/** Idempotency-Key: the same request with the same key is carried out once. */

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { createHash, randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { CrescendoError } from '../domain/errors.ts';

/** Parameter of a handler: the key, or null when the request has none. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const key = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[\x21-\x7E]{1,200}$/.test(key)) return key;
  const message = 'Idempotency-Key must be 1 to 200 printable ASCII characters without spaces';
  throw new CrescendoError('request_invalid', message, [{ path: 'Idempotency-Key', message }]);
});

/**
 * Id of an update. Temporal answers a repeated id with the first result and never looks at the
 * payload, so the payload is part of it: another request with the same key reaches the workflow.
 */
export function updateIdOf(name: string, key: string | null, payload: unknown): string {
  if (key === null) return `${name}:${randomUUID()}`;
  const digest = createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 16);
  return `${name}:${key}:${digest}`;
}
