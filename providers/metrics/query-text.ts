/** Queries that are written as YAML (or JSON) in the text of a metric. */

import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { CrescendoError } from '../../domain/errors.ts';

/**
 * Reads `text` by `schema`; `example` shows in errors what would be right.
 * @throws CrescendoError settings_invalid, naming the fields
 */
export function parseQuery<T>(text: string, schema: z.ZodType<T>, example: string): T {
  const result = schema.safeParse(readYaml(text, example));
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path, message }) => ({
    path: path.join('.'),
    message,
  }));
  const list = fields.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  throw wrong(`${list.join('; ')}; write it like: ${example}`, fields);
}

function readYaml(text: string, example: string): unknown {
  try {
    return parseYaml(text, { logLevel: 'error' });
  } catch (error) {
    const [reason = ''] = error instanceof Error ? error.message.split('\n') : [];
    throw wrong(`it is not YAML: ${reason}; write it like: ${example}`);
  }
}

function wrong(reason: string, fields: { path: string; message: string }[] = []): CrescendoError {
  return new CrescendoError('settings_invalid', `the query is wrong: ${reason}`, fields);
}
