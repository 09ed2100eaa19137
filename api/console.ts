/** The web console: static files at /, when they have been built. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Serves `directory` when it holds a console; its pages' own paths all give index.html. */
export function serveConsole(app: NestFastifyApplication, directory: string): void {
  if (!existsSync(join(directory, 'index.html'))) return;
  void app.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Built files carry a hash in their name; the page that names them must not be kept.
      const forEver = path.startsWith(join(directory, 'assets'));
      reply.header('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app
    .getHttpAdapter()
    .getInstance()
    .get('/*', (request: FastifyRequest, reply: FastifyReply) => {
      return isPage(request) ? reply.sendFile('index.html') : reply.callNotFound();
    });
}

/** A browser that opens a page says that it wants HTML; programs that mistype a path do not. */
function isPage(request: FastifyRequest): boolean {
  const wantsHtml = request.headers.accept?.includes('text/html') === true;
  return wantsHtml && !/^\/api(?:\/|$|\?)/.test(request.url);
}
