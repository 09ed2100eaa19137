import { describe, expect, it } from 'vitest';
import { cut, pad, paint, paletteOf, printable, widthOf, wrap } from './text.ts';

const plain = paletteOf(false);

describe('cli/render/text', () => {
  it.each([
    ['ascii', 'shop 1.2.0', 10],
    ['marks of one column', '✔ ✖ ○ ● ◌ ↩ ‖ ⚠ █ ░', 19],
    ['wide characters', '日本', 4],
    ['an emoji of several code points', '👩‍💻', 2],
    ['a combining accent', 'e\u0301', 1],
  ])('measures %s', (_what, text, columns) => {
    expect(widthOf(text)).toBe(columns);
  });

  it.each([
    ['colours of others', '\u001B[31mred\u001B[0m', 'red'],
    ['a changed window title', '\u001B]0;title\u0007text', 'text'],
    ['line ends', 'one\r\ntwo', 'one two'],
    ['a bell', 'ding\u0007', 'ding '],
    ['a reversed reading order', 'abc\u202Edef', 'abc def'],
    ['a sequence that was cut off', 'a\u001B[', 'a ['],
  ])('takes %s out', (_what, text, safe) => {
    expect(printable(text)).toBe(safe);
  });

  it.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['exactly ten', 10, 'exactly t…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['gone', 0, ''],
  ])('cuts %s to %i columns', (text, columns, result) => {
    expect(cut(text, columns)).toBe(result);
    expect(widthOf(cut(text, columns))).toBeLessThanOrEqual(columns);
  });

  it('pads by columns, not by characters', () => {
    expect(pad('日', 4)).toBe('日  ');
    expect(pad('5', 3, 'left')).toBe('  5');
  });

  it('wraps between words and keeps a number with its unit', () => {
    expect(wrap('stable 0.1 %, bound 1 %', 22)).toEqual(['stable 0.1 %, bound', '1 %']);
    expect(wrap('about 3 days of 12 s', 7)).toEqual(['about 3', 'days of', '12 s']);
  });

  it('cuts a word that is longer than a line', () => {
    expect(wrap('see https://example.test/very/long', 12)).toEqual(['see', 'https://exa…']);
    expect(wrap('', 10)).toEqual([]);
  });

  it('paints without going beyond the width, and cuts before it paints', () => {
    const line = [['good', '✔ passed'], '  all metrics'] as const;
    expect(paint(line, 80, plain)).toBe('✔ passed  all metrics');
    expect(paint(line, 12, plain)).toBe('✔ passed  a…');
    expect(paint(line, 12, paletteOf(true))).toBe('\u001B[32m✔ passed\u001B[39m  a…');
  });
});
