/** Who sends a request, and from where: decided by its token, never by its body. */

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { CrescendoError } from '../domain/errors.ts';
import type { Actor, Channel } from '../domain/release.ts';
import type { Token } from './config.ts';

const key = Symbol('actor');
type RequestWithActor = FastifyRequest & { [key]?: Actor };

/** Parameter of a handler: the actor that the guard found. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext) =>
  actorOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

export function rememberActor(request: FastifyRequest, actor: Actor): void {
  (request as RequestWithActor)[key] = actor;
}

/** Null before the guard has run, and on public routes. */
export function actorOf(request: FastifyRequest): Actor | null {
  return (request as RequestWithActor)[key] ?? null;
}

/** @throws CrescendoError unauthenticated | request_invalid */
export function identify(request: FastifyRequest, tokens: readonly Token[]): Actor {
  const channel = channelOf(request);
  if (tokens.length === 0) return { id: claimedName(request), channel };
  const [, sent] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (!sent) throw new CrescendoError('unauthenticated', 'the request has no bearer token');
  const known = findToken(sent, tokens);
  if (!known) throw new CrescendoError('unauthenticated', 'the token is not known here');
  return { id: known.actor, channel };
}

/** Compares digests of equal length and never stops early, so that time tells nothing. */
function findToken(sent: string, tokens: readonly Token[]): Token | undefined {
  const wanted = digest(sent);
  let found: Token | undefined;
  for (const known of tokens) {
    if (timingSafeEqual(digest(known.token), wanted)) found = known;
  }
  return found;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function channelOf(request: FastifyRequest): Channel {
  const channel = request.headers['x-crescendo-channel'];
  return channel === 'cli' || channel === 'web' ? channel : 'api';
}

/** Without tokens everybody on this machine may say who they are. */
function claimedName(request: FastifyRequest): string {
  const name = request.headers['x-crescendo-actor'];
  if (name === undefined || name === '') return 'anonymous';
  if (typeof name === 'string' && /^[\x20-\x7E]{1,100}$/.test(name) && name.trim())
    return name.trim();
  const message = 'x-crescendo-actor must be 1 to 100 printable ASCII characters';
  throw new CrescendoError('request_invalid', message);
}
