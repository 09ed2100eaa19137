/** The connections of the embedded worker: its own Envoy and processes, and the user's. */

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { isRecord } from '../domain/json.ts';
import { SetupError } from './setup-error.ts';

type Entries = Record<string, unknown>;

/** `own` below what the user's file says: who names `envoy` there means another one. */
export function mergedConnections(
  file: string | undefined,
  own: Entries,
): { connections: Entries } {
  if (!file) return { connections: own };
  const content: unknown = parse(readFileSync(file, 'utf8'));
  const users = isRecord(content) ? content['connections'] : undefined;
  if (!isRecord(users)) {
    throw new SetupError(
      `${file} has no "connections"`,
      'Correct it, or unset CRESCENDO_CONNECTIONS.',
    );
  }
  return { connections: { ...own, ...users } };
}
