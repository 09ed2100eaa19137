/** Tells people by the log: one JSON line per notice on standard output. */

import { pino, type DestinationStream } from 'pino';
import type { Vendor } from '../../shelf.ts';
import type { Notifier } from '../contract.ts';
import { tellOnce } from '../tell-once.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';

const levels = { info: 'info', warning: 'warn', alert: 'error' } as const;

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
  return tellOnce(async (notice) => {
    logger[levels[notice.severity]]({ notice }, 'notice');
  });
}
