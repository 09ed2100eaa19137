/** A rehearsal as lines: what happened when and where, and how it ended. */

import type { Report } from '../../rehearsal/index.ts';
import { clock, percent, span } from '../../domain/words.ts';
import { pad, widthOf, wrap, type Line, type Piece, type Tone } from './text.ts';

const gap = 2;
/** What happened is given at least so many columns, however narrow the screen. */
const least = 30;

/** The report as lines of about `width` columns; infinite: nothing is broken. */
export function renderReport(report: Report, width: number): Line[] {
  return [
    [
      ['strong', report.scenario],
      ['quiet', `  from ${report.start.slice(0, 16)}Z`],
    ],
    ...rowLines(report, width),
    ...ending(report),
    [],
  ];
}

function rowLines({ rows }: Report, width: number): Line[] {
  const cells = rows.map(({ after, environment, weight }) => [
    `+${elapsed(after)}`,
    environment ?? '',
    weight === null ? '' : percent(weight),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...cells.map((row) => size(row[column]))));
  const indent = widths.reduce((sum, size) => sum + size + gap, gap);
  return rows.flatMap(({ what }, index) => {
    const sides = ['left', 'right', 'left'] as const;
    const start = (cells[index] ?? []).map((cell, column): Piece => [
      column === 0 ? 'quiet' : 'plain',
      `${pad(cell, widths[column] ?? 0, sides[column])}${' '.repeat(gap)}`,
    ]);
    const lines = width === Infinity ? [what] : wrap(what, Math.max(least, width - indent));
    return lines.map((text, line): Line => {
      return line === 0 ? ['  ', ...start, text] : [' '.repeat(indent), text];
    });
  });
}

const day = 86_400_000;

/** To the second, however long it is: what happens at night matters here. */
function elapsed(ms: number): string {
  const days = Math.floor(ms / day);
  if (days === 0) return clock(ms);
  return `${days} d ${new Date(ms % day).toISOString().slice(11, 19)}`;
}

function size(cell: string | undefined): number {
  return widthOf(cell ?? '');
}

const tones: Partial<Record<Report['outcome'], Tone>> = { succeeded: 'good', unfinished: 'bad' };

function ending({ outcome, took, live, quarantined, surprises }: Report): Line[] {
  const where = Object.entries(live).map(([name, version]) => `${name} ${version ?? 'nothing'}`);
  const out = quarantined === null ? '' : ', candidate quarantined';
  return [
    [
      [tones[outcome] ?? 'warn', outcome.replace('_', ' ')],
      ` after ${span(took)}; live: ${where.join(', ')}${out}`,
    ],
    ...surprises.map((sentence): Line => [['bad', '✖ '], sentence]),
  ];
}
