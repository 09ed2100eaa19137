import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { freePort } from '../test/support/ports.ts';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectTo } from '../test/support/journal.ts';
import { aSubmittedRelease } from '../test/support/journal-entries.ts';
import {
  findPostgresOrSkip,
  startPostgres,
  type RunningPostgres,
} from '../test/support/postgres.ts';
import { openJournal } from './open.ts';

describe('journal/open', () => {
  let server: Server | undefined;
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server?.close();
    server = undefined;
  });

  /** Something that listens where PostgreSQL should be. */
  async function listen(answer: (socket: Socket) => void): Promise<string> {
    server = createServer((socket) => {
      sockets.push(socket.on('error', () => {}));
      answer(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return `postgres://jane:geheim@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/shop`;
  }

  it('says where nobody listens, without the password', async () => {
    const port = await freePort();
    const url = `postgres://jane:geheim@127.0.0.1:${port}/shop`;
    await expect(openJournal({ url, patience: 300 })).rejects.toMatchObject({
      code: 'journal_unavailable',
      message: `PostgreSQL at 127.0.0.1:${port}/shop: connect ECONNREFUSED 127.0.0.1:${port}`,
    });
  });

  it('tries again until its patience is over', async () => {
    let tries = 0;
    const url = await listen((socket) => {
      tries += 1;
      socket.destroy();
    });
    await expect(openJournal({ url, patience: 600 })).rejects.toMatchObject({
      code: 'journal_unavailable',
    });
    expect(tries).toBeGreaterThan(1);
  });

  it('gives up on something that takes the connection and never answers', async () => {
    const url = await listen(() => {});
    await expect(openJournal({ url, patience: 0 })).rejects.toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringContaining('timeout'),
    });
  });

  it.each(['mysql://jane:geheim@127.0.0.1/shop', 'geheim', ''])(
    'refuses the address "%s" without repeating it',
    async (url) => {
      const refusal: unknown = await openJournal({ url }).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'journal_unavailable' });
      expect(inspect(refusal)).not.toContain('geheim');
    },
  );
});

const programs = findPostgresOrSkip('journal/open.spec.ts');

describe.skipIf(!programs)('journal/open on PostgreSQL', () => {
  let postgres: RunningPostgres;
  beforeAll(async () => {
    postgres = await startPostgres(programs!);
  });
  afterAll(() => postgres?.stop());

  it('waits for a database that is starting, and outlives one that crashes', async () => {
    const url = await postgres.createDatabase();
    await postgres.crash();
    const opening = openJournal({ url });
    await postgres.start();
    const journal = await opening;
    const { entries } = aSubmittedRelease({ application: 'shop', number: 1 });
    await journal.append(entries);

    await postgres.crash();
    const away = { code: 'journal_unavailable', retryable: true };
    await expect(journal.ping()).rejects.toMatchObject(away);
    await expect(journal.append(entries)).rejects.toMatchObject(away);
    await postgres.start();
    await journal.append(entries);
    expect(await journal.entriesAfter(0, 10)).toHaveLength(1);
    await journal.close();
  });

  it('says at once which database or role does not exist', async () => {
    const url = await postgres.createDatabase();
    const wrongDatabase = openJournal({ url: `${url}-typo`, patience: 3_600_000 });
    await expect(wrongDatabase).rejects.toMatchObject({
      code: 'journal_unavailable',
      message: expect.stringMatching(/127\.0\.0\.1:\d+\/journal\d+-typo: .*does not exist/),
    });
    const wrongRole = openJournal({
      url: url.replace('crescendo@', 'nobody:geheim@'),
      patience: 3_600_000,
    });
    await expect(wrongRole).rejects.toThrow(/role "nobody" does not exist/);
    await expect(wrongRole).rejects.not.toThrow(/geheim/);
  });

  it('passes on what the database says about a statement', async () => {
    const db = connectTo(await postgres.createDatabase());
    await expect(sql`select * from nowhere`.execute(db)).rejects.toMatchObject({ code: '42P01' });
    await db.destroy();
  });
});
