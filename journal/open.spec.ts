import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../test/support/ports.ts';
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
