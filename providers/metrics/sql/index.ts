/** PostgreSQL as a source of metrics: one SELECT per query, in a transaction that cannot write. */

import { DatabaseError } from 'pg';
import { CrescendoError } from '../../../domain/errors.ts';
import { mask } from '../../mask.ts';
import type { Vendor } from '../../shelf.ts';
import { answering } from '../answers.ts';
import type { MetricAnswer, MetricProvider } from '../contract.ts';
import { readRows } from './rows.ts';
import { connectionSchema, settingsSchema } from './schema.ts';
import type { Connection, Settings } from './schema.ts';
import { createPool, runStatement } from './session.ts';
import { toStatement } from './statement.ts';

/**
 * SQLSTATEs that pass by themselves: connection lost, resources short, shutting down, conflicts, a
 * statement or a lock that took too long.
 */
const passing = /^(?:08|40|53|57014|57P0|55P03|58)/;

export const sql: Vendor<Settings, Connection, MetricProvider> = {
  name: 'sql',
  settings: settingsSchema,
  connection: connectionSchema,
  create(_settings, connection) {
    const pool = createPool(connection);
    return {
      cumulative: false,
      query: (query, context) =>
        answering(context, async () => {
          const statement = toStatement(query);
          try {
            const { fields, rows } = await runStatement(
              pool,
              statement,
              connection,
              context.signal,
            );
            return readRows(fields, rows, query);
          } catch (error) {
            context.signal.throwIfAborted();
            if (error instanceof CrescendoError) throw error;
            return failed(error, connection);
          }
        }),
    };
  },
};

function failed(error: unknown, { password, url }: Connection): MetricAnswer {
  const inUrl = new URL(url).password;
  const secrets = [password ?? '', inUrl, decodeURIComponent(inUrl)];
  const refused = error instanceof DatabaseError && !passing.test(error.code ?? '');
  const detail = `PostgreSQL: ${mask(describe(error), secrets)}`;
  return { kind: 'error', detail, retryable: !refused };
}

function describe(error: unknown): string {
  if (error instanceof DatabaseError) return `${error.message} (${error.code})`;
  // Several addresses of one host are tried, and fail together without a message of their own.
  if (error instanceof AggregateError && error.message === '') return describe(error.errors[0]);
  if (error instanceof Error) {
    return error.name === 'TimeoutError' ? 'no answer in time' : error.message;
  }
  return String(error);
}
