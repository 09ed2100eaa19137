/** Lets nobody in without a token, when there are tokens; without any, nobody from elsewhere. */

import {
  Inject,
  Injectable,
  SetMetadata,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { CrescendoError } from '../domain/errors.ts';
import { identify, rememberCaller } from './actor.ts';
import { isLoopback, type ApiConfig } from './config.ts';
import { covers, type Scope } from './tokens.ts';

export const CONFIG = Symbol('CONFIG');

const publicKey = 'crescendo:public';

const needsKey = 'crescendo:needs';
type Needed = readonly Scope[] | ((request: FastifyRequest) => readonly Scope[]);

/** What a route asks of a token, one of these; without it `read` to look and `release` to act. */
export const Needs = (needed: Needed) => SetMetadata(needsKey, needed);

/** @throws CrescendoError forbidden */
export function demand(scopes: readonly Scope[], needed: readonly Scope[], what: string): void {
  if (covers(scopes, needed)) return;
  const message = `${what} needs the scope ${needed.join(' or ')}; this token has ${scopes.join(', ')}`;
  throw new CrescendoError('forbidden', message);
}

/** For routes that prove themselves otherwise, or have nothing to hide. */
export const Public = () => SetMetadata(publicKey, true);

@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    @Inject(CONFIG) private readonly config: ApiConfig,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(publicKey, places)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (this.config.tokens.length === 0) this.refuseForeignNames(request);
    const caller = identify(request, this.config.tokens);
    rememberCaller(request, caller);
    const needed = this.reflector.getAllAndOverride<Needed | undefined>(needsKey, places);
    demand(caller.scopes, neededFor(request, needed), `${request.method} ${request.url}`);
    return true;
  }

  /** A web page may give its own host name our address; its requests then look like our own. */
  private refuseForeignNames(request: FastifyRequest): void {
    const name = request.hostname.replace(/^\[|\]$/g, '');
    const { publicUrl } = this.config;
    if (isLoopback(name) || (publicUrl && new URL(publicUrl).hostname === name)) return;
    const message = `this server has no token, so it answers to localhost only, not to ${name}`;
    throw new CrescendoError('unauthenticated', message);
  }
}

function neededFor(request: FastifyRequest, needed: Needed | undefined): readonly Scope[] {
  if (typeof needed === 'function') return needed(request);
  return needed ?? (['GET', 'HEAD'].includes(request.method) ? ['read'] : ['release']);
}
