/** Pieces of text with a style: measured, cut and padded by what a terminal shows, then painted. */

import pc from 'picocolors';

/** What a piece means; the palette decides how that looks. */
export type Tone = 'plain' | 'strong' | 'quiet' | 'good' | 'bad' | 'warn' | 'live';
export type Piece = string | readonly [tone: Tone, text: string];
export type Line = readonly Piece[];
export type Palette = Record<Tone, (text: string) => string>;

/** The palette of a screen; without colour, tones change nothing and words say it all. */
export function paletteOf(color: boolean): Palette {
  const colors = pc.createColors(color);
  return {
    plain: (text) => text,
    strong: colors.bold,
    quiet: colors.dim,
    good: colors.green,
    bad: (text) => colors.bold(colors.red(text)),
    warn: colors.yellow,
    live: colors.cyan,
  };
}

// Control characters, and those that reorder what follows, could rewrite a reader's screen.
// oxlint-disable-next-line no-control-regex -- finding them is the point
const unsafe = /[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]+/g;
const escapeSequence =
  // oxlint-disable-next-line no-control-regex -- as above
  /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\-_])/g;

/** Text of others, safe to show: escape sequences gone, anything else unprintable a space. */
export function printable(text: string): string {
  return text.replaceAll(escapeSequence, '').replaceAll(unsafe, ' ');
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const wide =
  /^(?:\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303F\uFF01-\uFF60\uFFE0-\uFFE6]|.\uFE0F)/u;
const asciiOnly = /^[ -~]*$/;

/** Columns a printable text takes on a terminal. */
export function widthOf(text: string): number {
  if (asciiOnly.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += wide.test(segment) ? 2 : 1;
  return columns;
}

/** At most `columns` columns; what was cut off shows as `…`. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = used + widthOf(segment);
    if (next > columns - 1) break;
    kept += segment;
    used = next;
  }
  return columns < 1 ? '' : `${kept}…`;
}

/** At least `columns` columns. */
export function pad(text: string, columns: number, side: 'left' | 'right' = 'right'): string {
  const space = ' '.repeat(Math.max(0, columns - widthOf(text)));
  return side === 'right' ? text + space : space + text;
}

/** A number stays with its unit. */
const measure = /(\d) (?=(?:%|ms|s|min|h|d)(?![\p{L}\d]))/gu;

/** Lines of at most `columns` columns, broken between words where that is possible. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  const words = printable(text).replaceAll(measure, '$1\u00A0').split(' ').filter(Boolean);
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = cut(word, columns);
  }
  if (line !== '') lines.push(line);
  return lines.map((each) => each.replaceAll('\u00A0', ' '));
}

/** The line as the terminal gets it: safe, cut to `width` columns, painted, no trailing spaces. */
export function paint(line: Line, width: number, palette: Palette): string {
  let left = width;
  let painted = '';
  for (const piece of line) {
    const [tone, raw] = typeof piece === 'string' ? (['plain', piece] as const) : piece;
    const text = cut(printable(raw), left);
    left -= widthOf(text);
    if (text !== '') painted += palette[tone](text);
    if (left <= 0) break;
  }
  return painted.trimEnd();
}
