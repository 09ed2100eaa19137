import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { liveScreen } from './live-screen.ts';

/** A terminal of its own: keeps what was written, and what would be seen. */
function pretendTerminal(columns = 80, rows = 24) {
  const events = new EventEmitter();
  let lines = [''];
  let row = 0;
  let cursor = true;
  const put = (text: string) => {
    for (const part of text.split(/(\r?\n)/)) {
      if (part.endsWith('\n')) lines[++row] ??= '';
      else if (part !== '') lines[row] = part;
    }
  };
  // oxlint-disable-next-line no-control-regex -- a terminal speaks in control characters
  const sequence = /\u001B\[(\??)(\d*)([A-Za-z])/g;
  const apply = (text: string) => {
    let from = 0;
    for (const match of text.matchAll(sequence)) {
      put(text.slice(from, match.index));
      from = match.index + match[0].length;
      const [, , count, command] = match;
      if (command === 'F') row -= Number(count);
      if (command === 'H') row = 0;
      if (command === 'J') lines = [...lines.slice(0, row), ''];
      if (command === 'K') lines[row] ??= '';
      if (count === '25') cursor = command === 'h';
    }
    put(text.slice(from));
  };
  const output = {
    isTTY: true,
    columns,
    rows,
    writes: 0,
    write(text: string) {
      output.writes += 1;
      apply(text);
    },
    on: (_event: 'resize', listener: () => void) => events.on('resize', listener),
    off: (_event: 'resize', listener: () => void) => events.off('resize', listener),
  };
  return {
    output,
    resize: () => events.emit('resize'),
    listeners: () => events.listenerCount('resize'),
    seen: () => lines.slice(0, row),
    cursor: () => cursor,
  };
}

describe('cli/render/live-screen', () => {
  it('redraws in place, also when the lines become fewer', () => {
    const terminal = pretendTerminal();
    const screen = liveScreen(terminal.output);
    screen.draw(['a', 'b', 'c']);
    screen.draw(['d', 'e']);
    expect(terminal.seen()).toEqual(['d', 'e']);
    screen.close();
  });

  it('writes nothing when nothing has changed', () => {
    const terminal = pretendTerminal();
    const screen = liveScreen(terminal.output);
    screen.draw(['a']);
    const { writes } = terminal.output;
    screen.draw(['a']);
    expect(terminal.output.writes).toBe(writes);
    screen.close();
  });

  it('keeps printed lines above the drawing', () => {
    const terminal = pretendTerminal();
    const screen = liveScreen(terminal.output);
    screen.draw(['drawing']);
    screen.print('kept');
    screen.draw(['drawing 2']);
    expect(terminal.seen()).toEqual(['kept', 'drawing 2']);
    screen.close();
  });

  it('hides the cursor while drawing and gives it back, and its listeners', () => {
    const terminal = pretendTerminal();
    const exits = process.listenerCount('exit');
    const screen = liveScreen(terminal.output);
    expect(terminal.cursor()).toBe(true);
    screen.draw(['a']);
    expect(terminal.cursor()).toBe(false);
    screen.close();
    screen.close();
    expect(terminal.cursor()).toBe(true);
    expect(terminal.listeners()).toBe(0);
    expect(process.listenerCount('exit')).toBe(exits);
    expect(terminal.seen()).toEqual(['a']);
  });

  it('starts afresh after a resize and asks for a redraw', () => {
    const terminal = pretendTerminal();
    let redraws = 0;
    const screen = liveScreen(terminal.output, () => (redraws += 1));
    screen.draw(['a', 'b']);
    terminal.output.columns = 40;
    terminal.resize();
    expect(redraws).toBe(1);
    expect(screen.width()).toBe(40);
    screen.draw(['a', 'b']);
    expect(terminal.seen()).toEqual(['a', 'b']);
    screen.close();
  });

  it('says how much does not fit', () => {
    const terminal = pretendTerminal(80, 5);
    const screen = liveScreen(terminal.output);
    screen.draw(['1', '2', '3', '4', '5', '6']);
    expect(terminal.seen()).toEqual(['1', '2', '3', '… 3 more lines: make the window taller']);
    screen.close();
  });

  it('prints plain lines and draws nothing where there is no terminal', () => {
    const written: string[] = [];
    const screen = liveScreen({ write: (text) => written.push(text) });
    expect(screen.live).toBe(false);
    screen.draw(['a']);
    screen.print('kept');
    screen.close();
    expect(written).toEqual(['kept\n']);
  });
});
