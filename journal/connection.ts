/** Connections to PostgreSQL: a pool that gives up in time and names a database that is away. */

import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { Client, DatabaseError, Pool, type PoolClient } from 'pg';
import { CrescendoError } from '../domain/errors.ts';

const connectTimeout = 5_000;
const usualQueryTimeout = 30_000;

/**
 * At most `poolSize` connections; a query is given up after `queryTimeout` milliseconds. Throws
 * journal_unavailable when `url` is no address of a database.
 */
export function createPool(
  url: string,
  poolSize: number,
  queryTimeout = usualQueryTimeout,
): PostgresPool {
  const address = describeAddress(url);
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    application_name: 'crescendo',
    connectionTimeoutMillis: connectTimeout,
    query_timeout: queryTimeout,
    keepAlive: true,
  });
  // The pool has already thrown the broken connection away; without a listener the process ends.
  pool.on('error', () => {});
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      try {
        return careful(await pool.connect(), address);
      } catch (error) {
        throw unavailable(address, error);
      }
    },
  };
}

/** A client that is closed instead of reused once it has failed: it may hang for ever. */
function careful(client: PoolClient, address: string): PostgresPoolClient {
  let broken = false;
  // Out of the pool nobody else listens, and a connection that breaks would end the process.
  const onError = () => {
    broken = true;
  };
  client.on('error', onError);
  const query = async (text: string, values: readonly unknown[]) => {
    try {
      return await client.query(text, [...values]);
    } catch (error) {
      if (!isConnectionProblem(error)) throw error;
      broken = true;
      throw unavailable(address, error);
    }
  };
  const release = (destroy?: boolean) => {
    client.off('error', onError);
    client.release(broken || destroy);
  };
  return { query: query as never, release };
}

/** Whether a query failed because of the connection. What the database itself says is its code. */
function isConnectionProblem(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true;
  return mayPass(error.code);
}

/**
 * Whether waiting may help: connection exceptions (08), no resources (53), and a server that is
 * starting or stopping (57P). A wrong password or database name stays wrong.
 */
export function mayPass(sqlState: string | undefined): boolean {
  return /^(?:08|53|57P)/.test(sqlState ?? '08');
}

/** The SQLSTATE of a database that answered, undefined when none did. */
export function sqlStateOf(error: CrescendoError): string | undefined {
  return error.cause instanceof DatabaseError ? error.cause.code : undefined;
}

function unavailable(address: string, error: unknown): CrescendoError {
  const { message = '', code = '' } = error as { message?: string; code?: string };
  // Node leaves the message empty when several addresses of one name refuse.
  const reason = message || code;
  return new CrescendoError(
    'journal_unavailable',
    `PostgreSQL at ${address}: ${reason}`,
    [],
    error,
  );
}

/** `host:port/database`, without user and password. */
function describeAddress(url: string): string {
  try {
    if (!/^postgres(?:ql)?:$/.test(new URL(url).protocol)) throw new TypeError('not PostgreSQL');
    const { host, port, database } = new Client({ connectionString: url });
    return `${host}:${port}/${database}`;
  } catch {
    // Its cause would show the password.
    const sentence = 'DATABASE_URL is not of the form postgres://user:password@host:5432/database';
    throw new CrescendoError('journal_unavailable', sentence);
  }
}
