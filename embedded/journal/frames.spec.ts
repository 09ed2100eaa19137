import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameReader, message, splitAnswer } from './frames.ts';

function start(code: number, body = ''): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(code, 4);
  return Buffer.concat([head, Buffer.from(body)]);
}

const version3 = 196_608;
const typed = fc
  .tuple(fc.constantFrom('Q', 'P', 'B', 'E', 'S', 'X'), fc.uint8Array({ maxLength: 300 }))
  .map(([type, body]) => message(type, Buffer.from(body)));

describe('embedded/journal/frames', () => {
  it('finds the same messages however they are cut into pieces', () => {
    const property = fc.property(
      fc.array(typed, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
      (messages, sizes) => {
        const sent = [start(80_877_103), start(version3, 'user\0x\0\0'), ...messages];
        const bytes = Buffer.concat(sent);
        const reader = createFrameReader();
        const found: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length]!;
          found.push(...reader.push(bytes.subarray(at, at + size)).map((frame) => frame.bytes));
          at += size;
        }
        expect(found.map((frame) => frame.toString('hex'))).toEqual(
          sent.map((frame) => frame.toString('hex')),
        );
      },
    );
    fc.assert(property, { numRuns: 200 });
  });

  it('names what comes before the start, the start, and what comes after', () => {
    const reader = createFrameReader();
    const sent = [
      start(80_877_103),
      start(80_877_104),
      start(version3),
      message('Q'),
      message('p'),
    ];
    const frames = reader.push(Buffer.concat(sent));
    expect(frames.map((frame) => frame.type)).toEqual(['encrypt', 'encrypt', 'start', 'Q', 'p']);
    expect(createFrameReader().push(start(80_877_102, 'pid+key!'))[0]?.type).toBe('cancel');
  });

  it.each([
    ['another protocol', start(131_072), 'protocol 2.0'],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'a first message of'],
    ['a negative length', Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]), 'of -1 bytes'],
  ])('refuses %s', (_, bytes, reason) => {
    expect(() => createFrameReader().push(bytes)).toThrow(reason);
  });

  it('refuses a message that would fill the memory', () => {
    const reader = createFrameReader();
    reader.push(start(version3));
    expect(() => reader.push(Buffer.from([0x51, 0x7f, 0xff, 0xff, 0xff]))).toThrow(
      '2147483647 bytes',
    );
  });

  it('splits an answer into its messages', () => {
    const answer = Buffer.concat([message('A', Buffer.from('x')), message('Z', Buffer.from('I'))]);
    expect(splitAnswer(answer).map((frame) => frame.type)).toEqual(['A', 'Z']);
    expect(splitAnswer(new Uint8Array())).toEqual([]);
  });
});
