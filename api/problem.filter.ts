/** Turns whatever is thrown into a problem; the only place where errors become answers. */

import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { LOGGER } from './logger.ts';
import { problemOf } from './problem.ts';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { id, method } = http.getRequest<FastifyRequest>();
    const problem = problemOf(error, id);
    if (problem.code === 'internal') {
      this.log.error({ request: id, method, err: error }, 'request failed');
    }
    if (reply.sent || reply.raw.headersSent) return void reply.raw.destroy();
    // Requests that are refused early have not been given it yet.
    reply.header('x-request-id', id);
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    void reply
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problem));
  }
}
