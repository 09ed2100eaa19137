import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  findPostgresOrSkip,
  startPostgres,
  type RunningPostgres,
} from '../test/support/postgres.ts';
import { createPool } from './connection.ts';

const programs = findPostgresOrSkip('journal/connection.spec.ts');

describe.skipIf(!programs)('journal/connection', () => {
  let postgres: RunningPostgres;
  beforeAll(async () => {
    postgres = await startPostgres(programs!);
  });
  afterAll(() => postgres?.stop());

  it('does not use a connection again that stopped answering', async () => {
    const wire = await startWire(await postgres.createDatabase());
    const pool = createPool(wire.url, 1, 300);
    const ask = async () => {
      const client = await pool.connect();
      try {
        return (await client.query('select 1 as one', [])).rows;
      } finally {
        client.release();
      }
    };
    expect(await ask()).toEqual([{ one: 1 }]);
    wire.swallow();
    await expect(ask()).rejects.toMatchObject({ code: 'journal_unavailable' });
    wire.pass();
    expect(await ask()).toEqual([{ one: 1 }]);
    await pool.end();
  });
});

/** A connection to the database that can fall silent without closing, as a broken network does. */
async function startWire(target: string) {
  const port = Number(new URL(target).port);
  let silent = false;
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    sockets.push(near, far);
    near.on('data', (data) => silent || far.write(data)).on('close', () => far.destroy());
    far.on('data', (data) => near.write(data)).on('close', () => near.destroy());
    for (const socket of [near, far]) socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: target.replace(`:${port}/`, `:${(server.address() as AddressInfo).port}/`),
    swallow: () => (silent = true),
    pass: () => (silent = false),
  };
}
