/** One statement in a transaction that cannot write, given up in time and ended at the server too. */

import { Client, DatabaseError, Pool, type PoolClient, type QueryArrayResult } from 'pg';
import { unlessAborted } from '../../abort.ts';
import type { Row } from './rows.ts';
import type { Connection } from './schema.ts';
import type { Statement } from './statement.ts';

/** Beyond the statement's own timeout, for a server that is gone without a word. */
const graceMs = 1_000;

/** Idle connections go after a while, so that a pool nobody holds any more leaves none behind. */
export function createPool(connection: Connection): Pool {
  const pool = new Pool({
    ...address(connection),
    max: connection.maxConnections,
    idleTimeoutMillis: 10_000,
    allowExitOnIdle: true,
  });
  // A connection that breaks while idle is replaced at the next query.
  pool.on('error', ignore);
  return pool;
}

function address({ url, password, ca, timeoutMs }: Connection) {
  return {
    connectionString: url,
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ssl: { ca } }),
    connectionTimeoutMillis: timeoutMs,
    application_name: 'crescendo',
  };
}

/**
 * Runs the statement on a connection of the pool.
 * @throws DatabaseError of the server, the reason of `signal`, or an Error of the network
 */
export async function runStatement(
  pool: Pool,
  statement: Statement,
  connection: Connection,
  signal: AbortSignal,
): Promise<QueryArrayResult<Row>> {
  signal.throwIfAborted();
  const patience = connection.timeoutMs + graceMs;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  const client = await connect(pool, limit);
  client.on('error', ignore);
  let clean = false;
  try {
    const result = await unlessAborted(read(client, statement, connection.timeoutMs), limit);
    clean = true;
    return result;
  } catch (error) {
    if (limit.aborted) void endStatement(client, connection);
    // What the server itself refused leaves the connection as it was.
    else clean = error instanceof DatabaseError && (await rolledBack(client));
    throw error;
  } finally {
    client.off('error', ignore);
    client.release(!clean);
  }
}

async function connect(pool: Pool, limit: AbortSignal): Promise<PoolClient> {
  const client = pool.connect();
  try {
    return await unlessAborted(client, limit);
  } catch (error) {
    client.then((late) => late.release()).catch(ignore);
    throw error;
  }
}

async function read(client: PoolClient, { text, values }: Statement, timeoutMs: number) {
  // `local`: the rollback takes it all back, for whoever has the connection next.
  await client.query(`begin transaction read only; set local statement_timeout = ${timeoutMs};
    set local timezone = 'UTC'; set local datestyle = 'ISO'; set local bytea_output = 'hex'`);
  // The extended protocol takes one statement, whatever the text says.
  const how = { rowMode: 'array' as const, queryMode: 'extended', types: asText };
  const result = await client.query<Row>({ text, values, ...how });
  await client.query('rollback');
  return result;
}

/** Cells stay as PostgreSQL wrote them: its driver would read a timestamp in the worker's zone. */
const asText = { getTypeParser: () => (cell: string) => cell };

async function rolledBack(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  );
}

/** Asks the server to end what this connection runs: closing it alone would let it run on. */
async function endStatement(client: PoolClient, connection: Connection): Promise<void> {
  const { processID } = client as PoolClient & { processID?: number | null };
  if (processID == null) return;
  const other = new Client(address(connection));
  other.on('error', ignore);
  try {
    await other.connect();
    await other.query('select pg_cancel_backend($1)', [processID]);
  } catch {
    // Its own timeout ends it then.
  } finally {
    await other.end().catch(ignore);
  }
}

function ignore(): void {}
