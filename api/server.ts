/** Puts the API together: parsers, headers, documentation, console; and starts it on a port. */

import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { CrescendoError } from '../domain/errors.ts';
import { actorOf } from './actor.ts';
import { AppModule, type ApiParts } from './app.module.ts';
import { yamlTypes } from './applications/specification-text.ts';
import { serveConsole } from './console.ts';
import { serveDocs } from './docs.ts';
import { nestLogger } from './logger.ts';
import { problemOf } from './problem.ts';

export interface RunningApi {
  /** Base URL without a trailing slash. */
  url: string;
  /** Ends streams, finishes what is under way, closes the journal and Temporal's connection. */
  close(): Promise<void>;
}

const bodyLimit = 1_000_000;
const builtConsole = fileURLToPath(new URL('../console', import.meta.url));

/** The API without a port; tests send it requests by `inject`. Close it in the end. */
export async function createApi(
  parts: ApiParts,
  consoleDirectory: string = builtConsole,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit,
    genReqId: () => randomUUID(),
    frameworkErrors: refuseUnreadable,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(parts), adapter, {
    logger: nestLogger(parts.log),
    rawBody: true,
    bodyParser: false,
    abortOnError: false,
  });
  acceptBodies(app);
  protect(app, parts.config.publicUrl);
  tellRequests(app, parts.log);
  hurryWhenClosing(app, parts.config.temporalDeadline);
  serveDocs(app);
  serveConsole(app, consoleDirectory);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

/**
 * Listens on the configured host and port.
 * @throws Error that names the port when it is taken
 */
export async function startApi(parts: ApiParts): Promise<RunningApi> {
  const { host, port } = parts.config;
  const app = await createApi(parts);
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw explainListening(error, host, port);
  }
  const address = app.getHttpServer().address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, close: () => app.close() };
}

/** JSON and YAML only: what a form or a plain link of another site can send is refused. */
function acceptBodies(app: NestFastifyApplication): void {
  app.getHttpAdapter().getInstance().removeAllContentTypeParsers();
  app.useBodyParser('application/json', { bodyLimit });
  for (const type of yamlTypes) {
    app.useBodyParser(type, { bodyLimit }, (_request, body, done) =>
      done(null, body.toString('utf8')),
    );
  }
}

/** Paths that cannot be decoded never reach the filter. */
function refuseUnreadable(error: Error, { id }: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(new CrescendoError('request_invalid', error.message), id);
  reply.header('x-request-id', id).status(problem.status).type('application/problem+json');
  void reply.send(JSON.stringify(problem));
}

function protect(app: NestFastifyApplication, publicUrl: string | null): void {
  app.enableCsrfProtection({ trustedOrigins: publicUrl ? [new URL(publicUrl).origin] : [] });
  app.useSecurityHeaders({
    // Whether there is TLS is known to the proxy in front, and said by it.
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      directives: {
        upgradeInsecureRequests: null,
        fontSrc: "'self'",
        styleSrc: "'self' 'unsafe-inline'",
      },
    },
  });
}

function tellRequests(app: NestFastifyApplication, log: Logger): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    reply.header('x-request-id', request.id);
    done();
  });
  fastify.addHook(
    'onResponse',
    (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
      const level = request.method === 'GET' || request.method === 'HEAD' ? 'debug' : 'info';
      log[level](
        {
          request: request.id,
          method: request.method,
          path: request.url.split('?', 1)[0],
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime),
          actor: actorOf(request)?.id,
        },
        'request answered',
      );
      done();
    },
  );
}

/** The server closes when all connections have, and some never would by themselves. */
function hurryWhenClosing(app: NestFastifyApplication, longestAnswer: number): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('preClose', (done: () => void) => {
    // Those that only wait for another request would stay for a minute.
    fastify.server.keepAliveTimeout = 1;
    // A client that does not read what it is sent stays for ever.
    setTimeout(() => fastify.server.closeAllConnections(), longestAnswer + 500).unref();
    done();
  });
}

function explainListening(error: unknown, host: string, port: number): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') {
    return new Error(
      `port ${port} of ${host} is taken: stop what uses it, or set CRESCENDO_API_PORT`,
    );
  }
  if (code === 'EACCES') return new Error(`port ${port} of ${host} may not be used by this user`);
  if (code === 'EADDRNOTAVAIL')
    return new Error(`CRESCENDO_API_HOST: ${host} is no address of ours`);
  return error;
}
