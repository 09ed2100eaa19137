/** Tells people by the log: one JSON line per notice on standard output. */

import { pino, type DestinationStream } from 'pino';
import type { Vendor } from '../../shelf.ts';
import type { Notice, Notifier } from '../contract.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';

const levels = { info: 'info', warning: 'warn', alert: 'error' } as const;
/** Notices that a repeated call may be about. */
const maxRemembered = 1_000;

const standardOutput: DestinationStream = { write: (line) => void process.stdout.write(line) };

export const log: Vendor<Settings, Connection, Notifier> = {
  name: 'log',
  settings: settingsSchema,
  connection: connectionSchema,
  create: () => createLogNotifier(),
};

/** Writes to `destination`, standard output by default. */
export function createLogNotifier(destination: DestinationStream = standardOutput): Notifier {
  const logger = pino({ base: null, timestamp: false, messageKey: 'message' }, destination);
  const told = new Set<string>();
  return {
    async notify(notice: Notice, context) {
      context.signal.throwIfAborted();
      if (told.has(notice.id)) return;
      logger[levels[notice.severity]]({ notice }, 'notice');
      told.add(notice.id);
      if (told.size > maxRemembered) told.delete(told.values().next().value ?? '');
    },
  };
}
