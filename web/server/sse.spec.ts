import { describe, expect, it } from 'vitest';
import { createParser } from './sse.ts';

const stream = [
  'retry: 1000\n\n',
  'id: 7\nevent: stage.entered\ndata: {"position":7}\n\n',
  ': keep-alive\n\n',
  'id: 8\r\nevent: end\r\ndata: {"a":\r\ndata: 1}\r\n\r\n',
].join('');

const events = [
  { id: '7', type: 'stage.entered', data: '{"position":7}' },
  { id: '8', type: 'end', data: '{"a":\n1}' },
];

describe('web/server/sse.ts', () => {
  it.each([1, 2, 5, 1000])('reads events from pieces of %i characters', (size) => {
    const parse = createParser();
    const found = [];
    for (let at = 0; at < stream.length; at += size)
      found.push(...parse(stream.slice(at, at + size)));

    expect(found).toEqual(events);
  });

  it('keeps the last id, and what is not complete yet', () => {
    const parse = createParser();

    expect(parse('id: 3\ndata: x\n\ndata: y\n\ndata: z')).toEqual([
      { id: '3', type: 'message', data: 'x' },
      { id: '3', type: 'message', data: 'y' },
    ]);
    expect(parse('\n\n')).toEqual([{ id: '3', type: 'message', data: 'z' }]);
  });
});
