/** Who sends a request, and from where: decided by its token, never by its body. */

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { CrescendoError } from '../domain/errors.ts';
import type { Actor, Channel } from '../domain/release.ts';
import { allScopes, digestOf, type Scope, type Token } from './tokens.ts';

const key = Symbol('caller');
type RequestWithCaller = FastifyRequest & { [key]?: Caller };

/** Who asks, and what their token lets them do. */
export interface Caller {
  actor: Actor;
  scopes: readonly Scope[];
}

/** Parameter of a handler: the actor that the guard found. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext) =>
  actorOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Parameter of a handler: what the caller's token lets them do. */
export const CurrentScopes = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return (request as RequestWithCaller)[key]?.scopes ?? [];
});

export function rememberCaller(request: FastifyRequest, caller: Caller): void {
  (request as RequestWithCaller)[key] = caller;
}

/** Null before the guard has run, and on public routes. */
export function actorOf(request: FastifyRequest): Actor | null {
  return (request as RequestWithCaller)[key]?.actor ?? null;
}

/** @throws CrescendoError unauthenticated | request_invalid */
export function identify(request: FastifyRequest, tokens: readonly Token[]): Caller {
  const channel = channelOf(request);
  if (tokens.length === 0) {
    return { actor: { id: claimedName(request), channel }, scopes: allScopes };
  }
  const [, sent] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (!sent) throw new CrescendoError('unauthenticated', 'the request has no bearer token');
  const known = findToken(sent, tokens);
  if (!known) throw new CrescendoError('unauthenticated', 'the token is not known here');
  const { actor: id, roles, scopes } = known;
  return { actor: { id, channel, ...(roles.length > 0 ? { roles } : {}) }, scopes };
}

/** Compares digests of equal length and never stops early, so that time tells nothing. */
function findToken(sent: string, tokens: readonly Token[]): Token | undefined {
  const wanted = Buffer.from(digestOf(sent), 'hex');
  let found: Token | undefined;
  for (const known of tokens) {
    if (timingSafeEqual(Buffer.from(known.sha256, 'hex'), wanted)) found = known;
  }
  return found;
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
