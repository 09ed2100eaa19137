import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPretendApi, type PretendApi } from '../test/support/pretend-api.ts';
import { release, untilProduction } from '../test/support/recorded-release.ts';
import { createClient } from './client.ts';
import { parseEvents, streamEvents, type StreamOptions } from './sse.ts';

async function* texts(...parts: string[]): AsyncGenerator<string> {
  yield* parts;
}

async function parsed(...parts: string[]) {
  const events = [];
  for await (const event of parseEvents(texts(...parts))) events.push(event);
  return events;
}

/** The ids of all events, in order. */
async function positions(
  stream: AsyncIterable<{ id: string | null }>,
  onEach?: (count: number) => void,
): Promise<string[]> {
  const seen: string[] = [];
  for await (const { id } of stream) {
    seen.push(id ?? 'none');
    onEach?.(seen.length);
  }
  return seen;
}

const ended = release(9, { type: 'release.ended', outcome: 'succeeded', sentence: 'done' });

describe('cli/sse', () => {
  describe('parseEvents', () => {
    const one = { id: '1', type: 'x', data: 'a' };
    it.each([
      ['one event', ['id: 1\nevent: x\ndata: a\n\n'], [one]],
      ['an event in single characters', 'id: 1\nevent: x\ndata: a\n\n'.split(''), [one]],
      ['carriage returns', ['id: 1\r\nevent: x\r\ndata: a\r\n\r\n'], [one]],
      [
        'a carriage return cut in half',
        ['id: 1\r', '\nevent: x\r', '\ndata: a\r', '\n\r', '\n'],
        [one],
      ],
      [
        'several lines of data',
        ['data: a\ndata: b\n\n'],
        [{ id: null, type: 'message', data: 'a\nb' }],
      ],
      ['no space after the colon', ['data:a\n\n'], [{ id: null, type: 'message', data: 'a' }]],
      ['comments and keep-alives', [': hello\n\n:\n\n'], []],
      [
        'an id that stays',
        ['id: 7\ndata: a\n\ndata: b\n\n'],
        [
          { id: '7', type: 'message', data: 'a' },
          { id: '7', type: 'message', data: 'b' },
        ],
      ],
      ['an event that was cut off', ['id: 1\ndata: a\n'], []],
      [
        'fields nobody knows',
        ['retry: 5\nfoo\ndata: a\n\n'],
        [{ id: null, type: 'message', data: 'a' }],
      ],
    ])('reads %s', async (_what, parts, events) => {
      expect(await parsed(...parts)).toEqual(events);
    });
  });

  describe('streamEvents', () => {
    let api: PretendApi;
    let stop: AbortController;
    beforeEach(async () => {
      api = await startPretendApi();
      stop = new AbortController();
    });
    afterEach(async () => {
      stop.abort();
      await api.close();
    });

    const follow = (options: Partial<StreamOptions> = {}) => {
      const client = createClient({ server: api.url, token: 't', actor: 'jane', from: 'test' });
      const path = '/releases/shop%3A3/events';
      return streamEvents(client, path, { signal: stop.signal, ...options });
    };
    it('gives every event from the beginning and ends with the release', async () => {
      api.record(...untilProduction().slice(0, 3), ended);
      expect(await positions(follow())).toEqual(['1', '2', '3', '4']);
      expect(api.requests).toHaveLength(1);
      expect(api.requests[0]?.headers['accept']).toBe('text/event-stream');
    });

    it('goes on after a break, each event once, through a server that is not ready yet', async () => {
      const breaks: (string | null)[] = [];
      api.record(...untilProduction().slice(0, 3));
      const seen = await positions(
        follow({ onBreak: (reason) => breaks.push(reason) }),
        (count) => {
          if (count === 3) {
            api.cut(1);
            api.record(...untilProduction().slice(3, 5), ended);
          }
        },
      );
      expect(seen).toEqual(['1', '2', '3', '4', '5', '6']);
      expect(api.requests.map(({ headers }) => headers['last-event-id'])).toEqual([
        undefined,
        '3',
        '3',
      ]);
      expect(breaks).toHaveLength(3);
      expect(breaks[1]).toContain('the journal does not answer');
      expect(breaks.at(-1)).toBeNull();
    });

    it('takes a silent line for dead and connects again', async () => {
      api.record(...untilProduction().slice(0, 2));
      const breaks: (string | null)[] = [];
      const onBreak = (reason: string | null) => {
        breaks.push(reason);
        if (reason === null) api.record(ended);
      };
      expect(await positions(follow({ silence: 100, onBreak }))).toEqual(['1', '2', '3']);
      expect(breaks[0]).toContain('silent');
    });

    it('gives up at once when the first connection is refused', async () => {
      api.cut(1);
      await expect(positions(follow())).rejects.toMatchObject({
        exit: 7,
        code: 'journal_unavailable',
      });
      expect(api.requests).toHaveLength(1);
    });

    it('gives up after its patience when the server stays away', async () => {
      api.record(...untilProduction().slice(0, 1));
      const stream = positions(follow({ patience: 300 }), () => void api.close());
      await expect(stream).rejects.toMatchObject({ exit: 7 });
    });

    it('ends quietly when it is told to, and leaves no connection behind', async () => {
      api.record(...untilProduction().slice(0, 2));
      expect(await positions(follow(), (count) => count === 2 && stop.abort())).toEqual(['1', '2']);
      await expect.poll(() => api.listeners()).toBe(0);
    });

    it('leaves no connection behind when its reader goes away', async () => {
      api.record(...untilProduction().slice(0, 2));
      for await (const { id } of follow()) if (id === '1') break;
      await expect.poll(() => api.listeners()).toBe(0);
    });
  });
});
