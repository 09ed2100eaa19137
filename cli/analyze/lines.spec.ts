import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf } from './lines.ts';

async function linesFrom(chunks: (Uint8Array | string)[]): Promise<string[]> {
  async function* arriving() {
    yield* chunks;
  }
  const lines: string[] = [];
  for await (const line of linesOf(arriving())) lines.push(line);
  return lines;
}

describe('cli/analyze/lines', () => {
  it.each([
    [[''], []],
    [['\n'], ['']],
    [['a\nb\n'], ['a', 'b']],
    [['a\nb'], ['a', 'b']],
    [['a\r\n\r\nb\r'], ['a', '', 'b']],
    [
      ['a', 'b', '\n', 'c'],
      ['ab', 'c'],
    ],
    // These end a line for some readers, and may stand in a JSON text.
    [['"a\u2028b\u2029c\u0085d"\n'], ['"a\u2028b\u2029c\u0085d"']],
  ])('%j is %j', async (chunks, lines) => {
    expect(await linesFrom(chunks)).toEqual(lines);
  });

  it('does not see the byte order mark that some editors write', async () => {
    expect(await linesFrom([Buffer.from('\uFEFF{}\n')])).toEqual(['{}']);
  });

  it('does not depend on where the bytes are cut, even inside a character', async () => {
    const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '😀', '"', ' ') }));
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 7 }), async (texts, size) => {
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
        expect(await linesFrom(chunks)).toEqual(texts);
      }),
      { numRuns: 50 },
    );
  });
});
