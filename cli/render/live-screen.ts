/** liveScreen: lines redrawn in place on a terminal; on anything else, plain lines and no redraw. */

import { cut } from './text.ts';

/** What a screen needs of a stream; `process.stdout` is one. */
export interface ScreenOutput {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  rows?: number | undefined;
  /** False when the reader is slower; it is ready again at `drain`. */
  write(text: string): unknown;
  once?(event: 'drain', listener: () => void): unknown;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}

export interface LiveScreen {
  /** False: `draw` does nothing, so print plain lines instead. */
  readonly live: boolean;
  /** Columns to draw for, now. */
  width(): number;
  /** Shows these lines in place of those drawn before. */
  draw(lines: readonly string[]): void;
  /** A line that stays, above what is being redrawn. */
  print(line: string): void;
  /** Leaves the last drawing where it is and gives the cursor back. May be called twice. */
  close(): void;
}

const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';
const clearBelow = '\u001B[J';
const clearLine = '\u001B[K';
// Terminals that know it show a frame at once, the others ignore it.
const beginFrame = '\u001B[?2026h';
const endFrame = '\u001B[?2026l';
const defaultWidth = 80;

/** A screen on `output`. `redraw` is called after a change of size. */
export function liveScreen(output: ScreenOutput, redraw: () => void = () => {}): LiveScreen {
  const live = output.isTTY === true;
  let shown: readonly string[] = [];
  let open = false;

  const restore = () => {
    if (open) output.write(showCursor);
    open = false;
  };
  const resized = () => {
    // The terminal may have broken the old lines anew: only a fresh screen is certain.
    if (open) output.write(`\u001B[H${clearBelow}`);
    shown = [];
    redraw();
  };
  const frame = (lines: readonly string[], above = '') => {
    const body = lines.map((line) => `${line}${clearLine}\r\n`).join('');
    output.write(`${beginFrame}${rewind(shown.length)}${above}${body}${clearBelow}${endFrame}`);
    shown = lines;
  };
  const begin = () => {
    if (open) return;
    open = true;
    output.write(hideCursor);
    output.on?.('resize', resized);
    process.once('exit', restore);
  };

  return {
    live,
    width: () => output.columns ?? defaultWidth,
    draw(lines) {
      if (!live) return;
      begin();
      const fitting = fit(lines, output.rows);
      if (!same(fitting, shown)) frame(fitting);
    },
    print(line) {
      if (!live || shown.length === 0) output.write(`${line}\n`);
      else frame(shown, `${line}${clearLine}\r\n`);
    },
    close() {
      output.off?.('resize', resized);
      process.off('exit', restore);
      restore();
      shown = [];
    },
  };
}

function rewind(lines: number): string {
  return lines === 0 ? '' : `\u001B[${lines}F`;
}

/** A terminal cannot go back above its top line, so what does not fit is left out, and said so. */
function fit(lines: readonly string[], rows: number | undefined): readonly string[] {
  const room = Math.max(2, (rows ?? Infinity) - 1);
  if (lines.length <= room) return lines;
  const hidden = lines.length - room + 1;
  return [
    ...lines.slice(0, room - 1),
    cut(`… ${hidden} more lines: make the window taller`, defaultWidth),
  ];
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
