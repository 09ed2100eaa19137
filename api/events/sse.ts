/** Server-sent events as text, and what a request for them says. */

import type { FastifyRequest } from 'fastify';
import { CrescendoError } from '../../domain/errors.ts';
import type { RecordedEntry } from '../../journal/contract.ts';

export function formatEntry(entry: RecordedEntry): string {
  return `id: ${entry.position}\nevent: ${entry.event.type}\ndata: ${JSON.stringify(entry)}\n\n`;
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
