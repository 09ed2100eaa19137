/** Whose turn it is: many connections take turns at one database session, a transaction at a time. */

import { fatalError, message, splitAnswer } from './frames.ts';
import type { Frame } from './frames.ts';

/** The part of PGlite that is used. */
export interface Session {
  execProtocolRaw(message: Uint8Array): Promise<Uint8Array>;
}

/** A client. Its `inbox` is emptied during its turns. */
export interface Client {
  inbox: Frame[];
  /** False once its connection has closed: nothing is written, its transaction is rolled back. */
  open: boolean;
  write(bytes: Buffer): void;
  /** Ends the connection after what was written. */
  end(): void;
}

export interface Turns {
  /** The client has something in its inbox, or has closed. */
  notify(client: Client): void;
  /** Finishes what is under way and takes up nothing more. */
  close(): Promise<void>;
}

export interface TurnOptions {
  /** Milliseconds a client may leave a transaction open without a word. */
  idleMs: number;
  /** Told when the database itself failed: nothing it says from then on can be trusted. */
  onFatal: (error: unknown) => void;
  /** For notifications, which everybody gets. */
  everybody: () => Iterable<Client>;
}

/** Messages after which the database answers that it is ready for the next query. */
const closing = new Set(['Q', 'S', 'F', 'start']);
const sync = message('S');
const rollback = message('Q', Buffer.from('ROLLBACK\0'));

/**
 * A client keeps its turn from its first message until the database says "ready, no transaction":
 * the messages of one query, and the queries of one transaction, never mix with another client's.
 */
export function createTurns(session: Session, options: TurnOptions): Turns {
  const waiting: Client[] = [];
  let holder: Client | undefined;
  let busy = false;
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    busy = true;
    clearTimeout(timer);
    try {
      while ((holder ??= waiting.shift())) {
        if (!holder.open) await abandon();
        else if (holder.inbox.length > 0) await advance(holder);
        else break;
      }
    } catch (error) {
      options.onFatal(error);
      return;
    }
    busy = false;
    const idle = holder;
    if (idle) timer = setTimeout(() => expel(idle), options.idleMs).unref();
  }

  /** Carries out the next query of the holder, or the part of it that has arrived. */
  async function advance(client: Client): Promise<void> {
    const end = client.inbox.findIndex((frame) => closing.has(frame.type));
    const batch = client.inbox.splice(0, end === -1 ? client.inbox.length : end + 1);
    const answer = await session.execProtocolRaw(Buffer.concat(batch.map((frame) => frame.bytes)));
    if (deliver(client, answer) !== 'I') return;
    holder = undefined;
    if (client.inbox.length > 0) waiting.push(client);
  }

  /** @returns the state of the transaction: I none, T open, E failed, '' not said yet */
  function deliver(client: Client, answer: Uint8Array): string {
    const frames = splitAnswer(answer);
    if (client.open && answer.length > 0) client.write(Buffer.from(answer));
    const notices = frames.filter((frame) => frame.type === 'A').map((frame) => frame.bytes);
    if (notices.length > 0) announce(client, Buffer.concat(notices));
    const ready = frames.findLast((frame) => frame.type === 'Z');
    return ready ? String.fromCharCode(ready.bytes[5] ?? 0) : '';
  }

  function announce(author: Client, notices: Buffer): void {
    for (const client of options.everybody()) {
      if (client !== author && client.open) client.write(Buffer.from(notices));
    }
  }

  /** The holder is gone: ends the query it may have half sent, and its transaction. */
  async function abandon(): Promise<void> {
    await session.execProtocolRaw(sync);
    await session.execProtocolRaw(rollback);
    holder = undefined;
  }

  function expel(client: Client): void {
    const seconds = options.idleMs / 1000;
    client.write(
      fatalError('25P03', `a transaction was left open for ${seconds} s without a query`),
    );
    client.end();
  }

  return {
    notify(client) {
      if (client !== holder && !waiting.includes(client)) waiting.push(client);
      if (!busy) running = run();
    },
    async close() {
      await running;
      busy = true;
      clearTimeout(timer);
    },
  };
}
