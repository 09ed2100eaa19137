/** plainLine: an event as one line that is kept: in a CI log, a pipe, a file. */

import type { CrescendoEvent } from '../../domain/events.ts';
import { eventSentence } from '../../domain/sentences.ts';
import { printable } from './text.ts';
import { stamp } from './time.ts';

/** One line without a line end; null for an event that tells a reader nothing new. */
export function plainLine(event: CrescendoEvent): string | null {
  const sentence = eventSentence(event, stamp);
  if (sentence === null) return null;
  const where = event.environment === null ? '' : `${event.environment}: `;
  return `${stamp(event.at)}  ${printable(`${where}${sentence}`)}`;
}
