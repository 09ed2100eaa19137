import { describe, expect, it } from 'vitest';
import { message } from './frames.ts';
import { createTurns } from './turns.ts';
import type { Client, Session } from './turns.ts';

const ready = (state: string) => message('Z', Buffer.from(state));
const query = (text: string) => ({ type: 'Q', bytes: message('Q', Buffer.from(`${text}\0`)) });

/** A database that notes what it was asked and answers from a list, then "no transaction". */
function aSession(...answers: (Buffer | Error)[]): Session & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async execProtocolRaw(bytes) {
      asked.push(
        Buffer.from(bytes)
          .toString('latin1')
          .replaceAll(/[^ -~]/g, ''),
      );
      const answer = answers.shift() ?? ready('I');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

function aClient(...inbox: Client['inbox']): Client & { got: Buffer[]; ended: boolean } {
  const client = {
    inbox,
    open: true,
    got: [] as Buffer[],
    ended: false,
    write: (bytes: Buffer) => void client.got.push(bytes),
    end: () => {
      client.ended = true;
    },
  };
  return client;
}

describe('embedded/journal/turns', () => {
  it('takes clients in order, one query each, so that nobody waits for a long list', async () => {
    const session = aSession();
    const turns = createTurns(session, {
      idleMs: 1_000,
      onFatal: () => undefined,
      everybody: () => [],
    });
    turns.notify(aClient(query('a1'), query('a2')));
    turns.notify(aClient(query('b1'), query('b2')));
    await turns.close();
    expect(session.asked.map((text) => text.slice(-2))).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  it('rolls back for a client that has gone before the next one is served', async () => {
    const session = aSession(ready('T'));
    const turns = createTurns(session, {
      idleMs: 1_000,
      onFatal: () => undefined,
      everybody: () => [],
    });
    const first = aClient(query('begin'));
    turns.notify(first);
    turns.notify(aClient(query('next')));
    first.open = false;
    turns.notify(first);
    await turns.close();
    expect(session.asked.map((text) => text.replace(/^\W*[QS]\W*/, ''))).toEqual([
      'begin',
      '',
      'ROLLBACK',
      'next',
    ]);
    expect(first.got).toEqual([]);
  });

  it('stops for good and tells once when the database itself fails', async () => {
    const session = aSession(new Error('unreachable executed'));
    const told: unknown[] = [];
    const onFatal = (error: unknown) => told.push(error);
    const turns = createTurns(session, { idleMs: 1_000, onFatal, everybody: () => [] });
    turns.notify(aClient(query('a')));
    await Promise.resolve();
    turns.notify(aClient(query('b')));
    await turns.close();
    expect(told).toEqual([new Error('unreachable executed')]);
    expect(session.asked).toHaveLength(1);
  });
});
