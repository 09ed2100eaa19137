import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CrescendoEvent, JournalEntry } from '../../domain/events.ts';
import type { Journal } from '../../journal/contract.ts';
import { openTestJournal } from '../../test/support/journal.ts';
import { release, rolledBack, untilProduction } from '../../test/support/recorded-release.ts';
import { readConfig } from '../config.ts';
import type { ClosableReader } from '../journal.module.ts';
import { startApi, type RunningApi } from '../server.ts';
import { bufferLimit } from './subscription.ts';

interface ServerEvent {
  id: string | undefined;
  event: string | undefined;
  data: { event?: { type: string }; position?: number; id?: string };
}

interface Stream {
  status: number;
  type: string | null;
  /** The next `count` events, without comments; fewer when the stream ends before. */
  take(count: number): Promise<ServerEvent[]>;
  /** All that is still to come. */
  rest(): Promise<ServerEvent[]>;
  leave(): Promise<void>;
}

describe('api/events', () => {
  let journal: Journal;
  let api: RunningApi;
  /** How often the end of the journal was looked at. */
  let looks = 0;
  let broken = false;
  let number = 0;
  beforeAll(async () => {
    journal = await openTestJournal();
    const counted: ClosableReader = {
      ...journal,
      entriesAfter(...input) {
        looks += 1;
        return broken
          ? Promise.reject(new Error('the database restarts'))
          : journal.entriesAfter(...input);
      },
      close: () => Promise.resolve(),
    };
    const config = readConfig({ CRESCENDO_API_PORT: '0', TEMPORAL_ADDRESS: '127.0.0.1:1' });
    api = await startApi({ config, journal: counted, log: pino({ level: 'silent' }) });
  });
  afterAll(async () => {
    await api.close();
    await journal.close();
  });
  beforeEach(() => {
    number += 1;
    broken = false;
  });

  /** Appends events to the release of this test. */
  async function record(events: readonly CrescendoEvent[], from = 1, application = 'shop') {
    const entries = events.map((event, index): JournalEntry => {
      return {
        application,
        release: number,
        source: `release:${application}:${number}`,
        sequence: from + index,
        event,
      };
    });
    await journal.append(entries);
  }

  async function open(path: string, headers: Record<string, string> = {}): Promise<Stream> {
    const controller = new AbortController();
    const response = await fetch(`${api.url}/api/v1${path}`, {
      headers,
      signal: controller.signal,
    });
    const events = parse(response.body as unknown as AsyncIterable<Uint8Array>);
    const take = async (count: number) => {
      const taken: ServerEvent[] = [];
      while (taken.length < count) {
        const { value, done } = await events.next();
        if (done) break;
        taken.push(value);
      }
      return taken;
    };
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      take,
      rest: () => take(Infinity),
      async leave() {
        controller.abort();
        await events.return(undefined).catch(() => {});
      },
    };
  }

  const story = rolledBack();

  it('tells a release that has ended from the beginning to the end', async () => {
    await record(story);
    const stream = await open(`/releases/shop:${number}/events`);
    const events = await stream.rest();

    expect([stream.status, stream.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(types(events)).toEqual([...story.map(({ type }) => type), 'end']);
    expect(events.slice(0, -1).map(({ data }) => data.event)).toEqual(story);
    expect(events[0]?.id).toBe(String(events[0]?.data.position));
    expect(events.at(-1)?.data).toEqual({ id: `shop:${number}` });
  });

  it('goes on where a client was cut off', async () => {
    await record(story);
    const path = `/releases/shop:${number}/events`;
    const first = await open(path);
    const seen = await first.take(5);
    await first.leave();
    const second = await open(path, { 'last-event-id': seen.at(-1)?.id ?? '' });

    expect(types([...seen, ...(await second.rest())])).toEqual([
      ...story.map(({ type }) => type),
      'end',
    ]);
  });

  it('says that it is over to one who has seen all', async () => {
    await record(story);
    const path = `/releases/shop:${number}/events`;
    const seen = await (await open(path)).rest();
    const again = await open(path, { 'last-event-id': seen.at(-2)?.id ?? '' });

    expect(types(await again.rest())).toEqual(['end']);
  });

  it('tells what happens while somebody listens, without a gap', async () => {
    const events = untilProduction();
    await record(events.slice(0, 4));
    const stream = await open(`/releases/shop:${number}/events`);
    const before = await stream.take(4);
    await record(events.slice(4, 6), 5);
    const during = await stream.take(2);
    await record([release(9, { type: 'release.ended', outcome: 'rejected', sentence: 'x' })], 7);

    expect(types([...before, ...during])).toEqual(events.slice(0, 6).map(({ type }) => type));
    expect(types(await stream.rest())).toEqual(['release.ended', 'end']);
  });

  it('leaves other releases out', async () => {
    const events = untilProduction();
    await record(events.slice(0, 1));
    const stream = await open(`/releases/shop:${number}/events`);
    await stream.take(1);
    await record(events.slice(0, 2), 1, 'other');
    await record(events.slice(1, 2), 2);

    expect(types(await stream.take(1))).toEqual([events[1]?.type]);
    await stream.leave();
  });

  it('tells everything from now on, or one application only', async () => {
    const events = untilProduction();
    await record(events.slice(0, 2));
    const [everything, shop] = [await open('/events'), await open('/events?application=shop')];
    await record(events.slice(0, 1), 1, 'other');
    await record(events.slice(2, 3), 3);

    expect(types(await everything.take(2))).toEqual([events[0]?.type, events[2]?.type]);
    expect(types(await shop.take(1))).toEqual([events[2]?.type]);
    await Promise.all([everything.leave(), shop.leave()]);
  });

  it('tells everything after a position', async () => {
    const from = await journal.lastPosition();
    await record(untilProduction());
    const stream = await open('/events', { 'last-event-id': String(from) });

    expect(types(await stream.take(untilProduction().length))).toEqual(
      untilProduction().map(({ type }) => type),
    );
    await stream.leave();
  });

  it('looks at the journal once for all, and only while somebody listens', async () => {
    await record(untilProduction().slice(0, 1));
    const path = `/releases/shop:${number}/events`;
    const streams = await Promise.all(Array.from({ length: 10 }, () => open(path)));
    await Promise.all(streams.map((stream) => stream.take(1)));
    looks = 0;
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const together = looks;
    await Promise.all(streams.map((stream) => stream.leave()));
    await new Promise((resolve) => setTimeout(resolve, 500));
    looks = 0;
    await new Promise((resolve) => setTimeout(resolve, 600));

    expect(together).toBeGreaterThan(0);
    expect(together).toBeLessThanOrEqual(5);
    expect(looks).toBe(0);
  });

  it('goes on when the database has been away', async () => {
    const events = untilProduction();
    await record(events.slice(0, 1));
    const stream = await open(`/releases/shop:${number}/events`);
    await stream.take(1);
    broken = true;
    await record(events.slice(1, 2), 2);
    await new Promise((resolve) => setTimeout(resolve, 400));
    broken = false;

    expect(types(await stream.take(1))).toEqual([events[1]?.type]);
    await stream.leave();
  });

  it('lets go of a client that does not read', async () => {
    const large = 'x'.repeat(20_000);
    const event = (index: number): CrescendoEvent =>
      release(index, {
        type: 'release.ended',
        outcome: 'succeeded',
        sentence: `${index} ${large}`,
      });
    await record([event(0)], 1, 'slow');
    const socket = await readNothing(api.url, '/events?application=slow');
    // What does not fit into the buffers of the system piles up.
    for (let batch = 0; batch < 4; batch += 1) {
      const events = Array.from({ length: bufferLimit / 2 }, (_, index) => event(index));
      await record(events, 2 + (batch * bufferLimit) / 2, 'slow');
      await new Promise((resolve) => setTimeout(resolve, 600));
    }
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (text = (text + chunk).slice(-200)));
    await new Promise((resolve) => setTimeout(resolve, 1_500));

    expect(text).toContain(': too slow: come back with Last-Event-ID');
    socket.destroy();
  });

  it('ends all streams when the server closes', async () => {
    const config = readConfig({
      CRESCENDO_API_PORT: '0',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      CRESCENDO_TEMPORAL_DEADLINE_MS: '500',
    });
    const other = await startApi({
      config,
      journal: { ...journal, close: () => Promise.resolve() },
      log: pino({ level: 'silent' }),
    });
    const response = await fetch(`${other.url}/api/v1/events`);
    const events = parse(response.body as unknown as AsyncIterable<Uint8Array>);
    const stuck = await readNothing(other.url, '/events', 0);
    const [rest] = await Promise.all([events.next(), other.close()]);
    stuck.destroy();

    expect(rest).toEqual({ done: true, value: undefined });
    await expect(fetch(`${other.url}/healthz`)).rejects.toThrow('fetch failed');
  });
});

/** A client that asks for a stream, after position `after`, and then never reads. */
async function readNothing(base: string, path: string, after?: number): Promise<Socket> {
  const url = new URL(base);
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  const resume = after === undefined ? '' : `Last-Event-ID: ${after}\r\n`;
  socket.write(`GET /api/v1${path} HTTP/1.1\r\nHost: ${url.host}\r\n${resume}\r\n`);
  await once(socket, 'readable');
  return socket;
}

function types(events: readonly ServerEvent[]) {
  return events.map(({ event }) => event);
}

async function* parse(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent, undefined> {
  let buffer = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    buffer += decoder.decode(chunk, { stream: true });
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      const block = buffer.slice(0, end);
      buffer = buffer.slice(end + 2);
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const data = field('data');
      if (data !== undefined) {
        yield {
          id: field('id'),
          event: field('event'),
          data: JSON.parse(data) as ServerEvent['data'],
        };
      }
    }
  }
}
