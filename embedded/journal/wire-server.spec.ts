import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { message } from './frames.ts';
import { serveJournal } from './serve.ts';
import type { ServedJournal } from './serve.ts';

const password = 'open sesame';
let folder: string;
let journal: ServedJournal;
let pool: Pool;
const opened: Client[] = [];
const fatal: unknown[] = [];
const onFatal = (error: unknown) => void fatal.push(error);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crescendo-wire-'));
  journal = await serveJournal({
    directory: join(folder, 'db'),
    port: 0,
    password,
    idleMs: 1_500,
    onFatal,
  });
  pool = new Pool({ ...access(), max: 8 });
  await pool.query('create table notes (id text primary key, body text)');
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((client) => client.end().catch(() => undefined)));
  await pool.query('delete from notes');
  expect(fatal).toEqual([]);
});

afterAll(async () => {
  await pool?.end();
  await journal?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function access() {
  return {
    host: '127.0.0.1',
    port: journal.port,
    user: 'crescendo',
    database: 'postgres',
    password,
  };
}

async function aClient(changes: object = {}): Promise<Client> {
  const client = new Client({ ...access(), ...changes });
  client.on('error', () => undefined);
  opened.push(client);
  await client.connect();
  return client;
}

async function ids(): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>('select id from notes order by id');
  return rows.map((row) => row.id);
}

function insert(client: Client | Pool, id: string, body = '') {
  return client.query('insert into notes values ($1, $2)', [id, body]);
}

async function countUp(): Promise<void> {
  const client = await aClient();
  for (let turn = 0; turn < 20; turn += 1) {
    await client.query('begin');
    const { rows } = await client.query(`select body from notes where id = 'counter'`);
    const next = String(Number(rows[0].body) + 1);
    await client.query(`update notes set body = $1 where id = 'counter'`, [next]);
    await client.query('commit');
  }
}

/** A connection below the level of `pg`, that has shown the password when asked to. */
async function aSocket(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: journal.port });
  socket.on('error', () => undefined);
  const parameters = Buffer.from('user\0crescendo\0database\0postgres\0\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + parameters.length, 0);
  head.writeInt32BE(196_608, 4);
  socket.write(Buffer.concat([head, parameters]));
  await saysType(socket, 'R');
  socket.write(message('p', Buffer.from(`${password}\0`)));
  await saysType(socket, 'Z');
  return socket;
}

/** Waits for an answer that holds a message of that type; fails when the connection closes first. */
function saysType(socket: Socket, type: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    socket.once('close', () => reject(new Error(`closed after: ${seen.toString('latin1')}`)));
    socket.on('data', (chunk) => {
      seen = Buffer.concat([seen, chunk]);
      for (let at = 0; at + 5 <= seen.length; at += 1 + seen.readInt32BE(at + 1)) {
        if (String.fromCharCode(seen[at]!) === type) return resolve(seen.toString('latin1'));
      }
    });
  });
}

const query = (text: string) => message('Q', Buffer.from(`${text}\0`));
const parse = (text: string) => message('P', Buffer.from(`\0${text}\0\0\0`));

describe('embedded/journal/wire-server', () => {
  it('gives each of many connections its own answers, also when questions arrive in pieces', async () => {
    const wrong: string[] = [];
    const ask = async (worker: number) => {
      for (let turn = 0; turn < 20; turn += 1) {
        // 300 kB take several reads: the moment at which other servers mix them up.
        const mine = `${worker}-${turn}-`.padEnd(turn % 2 === 0 ? 300_000 : 10, 'x');
        const { rows } = await pool.query('select $1::text as mine', [mine]);
        if (rows[0]?.mine !== mine) wrong.push(mine.slice(0, 10));
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, worker) => ask(worker)));
    expect(wrong).toEqual([]);
  });

  it('keeps two transactions apart: the second waits for the first', async () => {
    const [first, second] = [await aClient(), await aClient()];
    await first.query('begin');
    await insert(first, 'a');
    let secondBegan = false;
    const began = second.query('begin').then(() => (secondBegan = true));
    await insert(first, 'b');
    await sleep(50);
    expect(secondBegan).toBe(false);
    await first.query('commit');
    await began;
    await insert(second, 'c');
    await second.query('rollback');
    expect(await ids()).toEqual(['a', 'b']);
  });

  it('loses no update when many read, count up and write', async () => {
    await insert(pool, 'counter', '0');
    await Promise.all([countUp(), countUp(), countUp(), countUp()]);
    const { rows } = await pool.query(`select body from notes where id = 'counter'`);
    expect(rows[0].body).toBe('80');
  });

  it('keeps a failed transaction with its owner', async () => {
    const [first, second] = [await aClient(), await aClient()];
    await first.query('begin');
    await expect(first.query('select 1/0')).rejects.toThrow('division by zero');
    const waiting = insert(second, 'mine');
    await expect(first.query('select 1')).rejects.toThrow('current transaction is aborted');
    await first.query('rollback');
    await waiting;
    expect(await ids()).toEqual(['mine']);
  });

  it('an error in one query leaves others and the connection alone', async () => {
    const results = await Promise.allSettled([
      pool.query('select nonsense from notes'),
      insert(pool, 'a'),
      pool.query('select $1::int', ['not a number']),
      insert(pool, 'b'),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(await ids()).toEqual(['a', 'b']);
  });

  it('rolls back the transaction of a client that vanishes, and lets the others on', async () => {
    const socket = await aSocket();
    socket.write(query(`begin; insert into notes values ('lost', '')`));
    await saysType(socket, 'Z');
    const waiting = insert(pool, 'kept');
    socket.destroy();
    await waiting;
    expect(await ids()).toEqual(['kept']);
  });

  it('gets over clients that vanish the moment they have begun', async () => {
    for (let turn = 0; turn < 30; turn += 1) {
      const socket = await aSocket();
      socket.write(query(`begin; insert into notes values ('lost', '')`));
      setImmediate(() => socket.destroy());
      await insert(pool, `kept ${turn}`);
    }
    expect(await ids()).toHaveLength(30);
  });

  it('gets over clients that vanish in the middle of a question, or after one that failed', async () => {
    const halves = [parse('select 1'), parse('nonsense'), parse('select 1').subarray(0, 9)];
    for (const [turn, half] of halves.entries()) {
      const socket = await aSocket();
      socket.write(half);
      await sleep(20);
      socket.destroy();
      await insert(pool, `after ${turn}`);
    }
    expect(await ids()).toHaveLength(3);
  });

  it('throws out who leaves a transaction open, and rolls it back', async () => {
    const client = await aClient();
    const error = new Promise<Error & { code?: string }>(
      (resolve) => void client.once('error', resolve),
    );
    await client.query('begin');
    await insert(client, 'lost');
    await insert(pool, 'kept');
    expect((await error).code).toBe('25P03');
    expect(await ids()).toEqual(['kept']);
  });

  it('does not throw out who is quiet outside a transaction, or busy inside one', async () => {
    const [quiet, busy] = [await aClient(), await aClient()];
    await busy.query('begin');
    for (let turn = 0; turn < 6; turn += 1) {
      await insert(busy, `${turn}`);
      await sleep(400);
    }
    await busy.query('commit');
    expect((await quiet.query('select count(*)::int as n from notes')).rows[0].n).toBe(6);
  });

  it('carries notifications to other connections', async () => {
    const [listener, other] = [await aClient(), await aClient()];
    const heard = new Promise<string | undefined>((resolve) => {
      listener.once('notification', (notification) => resolve(notification.payload));
    });
    await listener.query('listen news');
    await other.query(`notify news, 'hello'`);
    expect(await heard).toBe('hello');
  });

  it.each([
    ['a wrong password', { password: 'open barley' }, '28P01'],
    ['no password', { password: '' }, '28P01'],
  ])('refuses %s', async (_, changes, code) => {
    await expect(aClient(changes)).rejects.toMatchObject({ code });
    await insert(pool, 'still works');
  });

  it('refuses what is not its protocol, and goes on', async () => {
    for (const text of [
      'GET / HTTP/1.1\r\nhost: x\r\n\r\n',
      '\0\0\0\u0008\0\0\0\0',
      '\u007f'.repeat(50),
    ]) {
      const socket = connect({ host: '127.0.0.1', port: journal.port });
      socket.on('error', () => undefined);
      const closed = new Promise((resolve) => void socket.once('close', resolve));
      socket.resume().write(text);
      await closed;
    }
    await insert(pool, 'still works');
    expect(await ids()).toEqual(['still works']);
  });

  it('cuts off who does not finish its login', async () => {
    const socket = connect({ host: '127.0.0.1', port: journal.port });
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.resume().write('\0\0');
    await closed;
    await insert(pool, 'still works');
  });

  it('answers that there is no encryption, as clients that prefer it expect', async () => {
    await expect(aClient({ ssl: true })).rejects.toThrow('does not support SSL');
  });

  it('refuses a second server on the same directory', { timeout: 20_000 }, async () => {
    const directory = join(folder, 'db');
    const second = serveJournal({ directory, port: 0, password, onFatal: () => undefined });
    await expect(second).rejects.toThrow('is in use by another Crescendo');
  });

  it('refuses a directory that holds something else, and leaves it alone', async () => {
    const directory = join(folder, 'photos');
    mkdirSync(directory);
    writeFileSync(join(directory, 'cat.jpg'), 'meow');
    const served = serveJournal({ directory, port: 0, password, onFatal: () => undefined });
    await expect(served).rejects.toThrow('not a journal');
  });

  it('starts over what was killed while it created the database', async () => {
    const directory = join(folder, 'again');
    mkdirSync(`${directory}.unfinished`);
    writeFileSync(join(`${directory}.unfinished`, 'PG_VERSION'), 'half');
    const options = { directory, port: 0, password, onFatal: () => undefined };
    const served = await serveJournal(options);
    await served.stop();
    expect(served.port).toBeGreaterThan(0);
  });
});
