/** Serves one PGlite session to many PostgreSQL clients on 127.0.0.1. */

import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createFrameReader, fatalError, message } from './frames.ts';
import type { Frame } from './frames.ts';
import { createTurns } from './turns.ts';
import type { Client, Session, Turns } from './turns.ts';

export interface WireServerOptions {
  session: Session;
  /** 0 for any free one. */
  port: number;
  /** What clients must know; any user on this machine can reach the port. */
  password: string;
  /** Milliseconds a client may leave its login or a transaction open without a word; 30,000. */
  idleMs?: number;
  /** The database failed; end the process. */
  onFatal: (error: unknown) => void;
}

export interface WireServer {
  port: number;
  /** Takes no more clients and cuts off those there are. */
  close(): Promise<void>;
}

const mostClients = 200;
const defaultIdleMs = 30_000;
const askPassword = message('R', Buffer.from([0, 0, 0, 3]));

/**
 * pglite-socket, which would do this, lets the messages of two clients mix when one of them arrives
 * in several pieces: both then get rows of each other's query. See docs/decisions/one-session-many-clients.md.
 */
export async function startWireServer(options: WireServerOptions): Promise<WireServer> {
  const { idleMs = defaultIdleMs, password } = options;
  const clients = new Map<Client, Socket>();
  const turns = createTurns(options.session, {
    idleMs,
    onFatal: options.onFatal,
    everybody: () => clients.keys(),
  });
  const server = createServer({ noDelay: true }, (socket) => {
    if (clients.size >= mostClients) {
      socket.on('error', () => undefined);
      return void socket.end(fatalError('53300', `there are ${mostClients} connections already`));
    }
    const client = greet(socket, { turns, password, idleMs });
    clients.set(client, socket);
    socket.once('close', () => {
      clients.delete(client);
      client.open = false;
      turns.notify(client);
    });
  });
  await listen(server, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      await closeAll(server, clients.values());
      await turns.close();
    },
  };
}

/** Follows a client from its first byte. */
function greet(socket: Socket, house: { turns: Turns; password: string; idleMs: number }): Client {
  const reader = createFrameReader();
  const client: Client = {
    inbox: [],
    open: true,
    write: (bytes) => void (socket.writable && socket.write(bytes)),
    end: () => socket.destroySoon(),
  };
  const refuse = (code: string, text: string) => {
    client.write(fatalError(code, text));
    client.end();
  };
  const login = setTimeout(() => refuse('57014', 'the login took too long'), house.idleMs);
  const admit = createDoor(client, house.password, refuse, () => clearTimeout(login));
  socket.on('close', () => clearTimeout(login));
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    try {
      for (const frame of reader.push(chunk)) admit(frame);
    } catch (error) {
      return refuse('08P01', error instanceof Error ? error.message : 'not understood');
    }
    if (client.inbox.length > 0) house.turns.notify(client);
  });
  return client;
}

/** Lets messages into the inbox once the client has shown the password. */
function createDoor(
  client: Client,
  password: string,
  refuse: (code: string, text: string) => void,
  onInside: () => void,
): (frame: Frame) => void {
  let start: Frame | undefined;
  let inside = false;
  return (frame) => {
    if (inside) {
      if (frame.type === 'X') return client.end();
      return void client.inbox.push(frame);
    }
    if (frame.type === 'encrypt') return client.write(Buffer.from('N'));
    // Queries cannot be interrupted in PGlite.
    if (frame.type === 'cancel') return client.end();
    if (frame.type === 'start') {
      start = frame;
      return client.write(askPassword);
    }
    if (frame.type !== 'p' || !start) return refuse('08P01', 'the password was expected');
    const given = frame.bytes.subarray(5, -1);
    if (!matches(given, password)) return refuse('28P01', 'the password is wrong');
    inside = true;
    onInside();
    client.inbox.push(start);
  };
}

function matches(given: Buffer, password: string): boolean {
  const expected = Buffer.from(password);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeAll(server: Server, sockets: Iterable<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
