/** Tables without lines: a quiet head, columns as wide as they need, the last one cut to fit. */

import { cut, pad, printable, widthOf, type Line, type Piece } from './text.ts';

const gap = 3;

/** A head and its rows as lines; a cell that is empty shows as `-`. */
export function table(head: readonly string[], rows: readonly (readonly Piece[])[]): Line[] {
  const widths = head.map((title, index) => {
    return Math.max(widthOf(title), ...rows.map((row) => widthOf(textOf(row[index]))));
  });
  const line = (cells: readonly Piece[]): Line =>
    cells.map((cell, index): Piece => {
      const last = index === head.length - 1;
      return [toneOf(cell), last ? textOf(cell) : pad(textOf(cell), (widths[index] ?? 0) + gap)];
    });
  return [line(head.map((title): Piece => ['quiet', title])), ...rows.map(line)];
}

function textOf(cell: Piece | undefined): string {
  const text = cell === undefined || typeof cell === 'string' ? (cell ?? '') : cell[1];
  return cut(printable(text), 500) || '-';
}

function toneOf(cell: Piece) {
  return typeof cell === 'string' ? 'plain' : cell[0];
}
