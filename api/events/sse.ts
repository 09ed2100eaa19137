/** Server-sent events as text, and what a request for them says. */

import { applyDecorators, Header } from '@nestjs/common';
import { ApiHeader, ApiProduces, ApiResponse } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CrescendoError } from '../../domain/errors.ts';
import type { RecordedEntry } from '../../journal/contract.ts';

export function formatEntry(entry: RecordedEntry): string {
  return `id: ${entry.position}\nevent: ${entry.event.type}\ndata: ${JSON.stringify(entry)}\n\n`;
}

/** Decorates a route that answers with a stream of events. */
export function EventStream(description: string) {
  return applyDecorators(
    Header('content-type', 'text/event-stream; charset=utf-8'),
    Header('cache-control', 'no-store'),
    Header('x-accel-buffering', 'no'),
    // Its end is the end of the connection, so that a closing server need not wait.
    Header('connection', 'close'),
    ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Position to go on after' }),
    ApiProduces('text/event-stream'),
    ApiResponse({ status: 200, description }),
  );
}

/** The last event of a stream that is complete: there is nothing to come back for. */
export function formatEnd(id: string): string {
  return `event: end\ndata: ${JSON.stringify({ id })}\n\n`;
}

export function formatComment(text: string): string {
  return `: ${text}\n\n`;
}

/** What every stream begins with: headers go out with it, and clients come back after a second. */
export const greeting = 'retry: 1000\n\n';

/** Position after which the client wants to go on; null when it names none. */
export function lastEventId(request: FastifyRequest): number | null {
  const id = request.headers['last-event-id'];
  if (id === undefined || id === '') return null;
  if (typeof id === 'string' && /^\d{1,15}$/.test(id)) return Number(id);
  throw new CrescendoError(
    'request_invalid',
    `Last-Event-ID must be a position, not "${String(id)}"`,
  );
}

/** Aborted when the client is gone. */
export function signalOf(request: FastifyRequest): AbortSignal {
  const controller = new AbortController();
  request.raw.socket.once('close', () => controller.abort());
  return controller.signal;
}
