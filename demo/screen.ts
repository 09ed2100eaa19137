/** What the demo shows: a live view on a terminal, plain lines or JSON elsewhere. */

import type { RecordedEntry } from '../cli/answers.ts';
import type { Display } from '../cli/displays.ts';
import { liveScreen, plainLine, renderRelease } from '../cli/render.ts';
import type { LiveEvidence } from '../cli/live-evidence.ts';
import type { ReleaseProgress } from '../domain/progress.ts';
import { createProgressLine } from '../embedded/toolbox/index.ts';
import type { Count } from './traffic.ts';

export interface DemoScreen {
  /** A line that stays. */
  say(line: string): void;
  /** A line that lasts only as long as something is being prepared. */
  note(line: string): void;
  /** How one release is shown. `traffic` counts what came in since it began. */
  display(traffic: () => Record<string, Count>): Display;
  /** One JSON object, when JSON was asked for. */
  data(value: object): void;
  close(): void;
}

const redrawMs = 250;

/** With `json` everything but data goes to stderr, so that stdout stays parseable. */
export function createScreen(json: boolean): DemoScreen {
  return json ? jsonScreen() : process.stdout.isTTY ? terminalScreen() : plainScreen();
}

function data(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function sayOnStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}

function jsonScreen(): DemoScreen {
  return {
    say: (line) => void process.stderr.write(`${line}\n`),
    note: progressOnStderr(),
    data,
    display: () => ({
      show: (entry) => data({ type: 'event', ...entry }),
      broken: () => {},
      close: () => {},
    }),
    close: () => {},
  };
}

function plainScreen(): DemoScreen {
  return {
    say: sayOnStdout,
    note: progressOnStderr(),
    data: () => {},
    display: () => ({
      show: ({ event }: RecordedEntry) => {
        const line = plainLine(event);
        if (line !== null) sayOnStdout(line);
      },
      broken: () => {},
      close: () => {},
    }),
    close: () => {},
  };
}

/** A line for each new thing, and for a long one every few seconds. */
function progressOnStderr(): (line: string) => void {
  return createProgressLine(process.stderr).report;
}

function terminalScreen(): DemoScreen {
  const color = process.env['NO_COLOR'] === undefined;
  let current: (() => string[]) | null = null;
  const screen = liveScreen(process.stdout, () => draw());
  const draw = () => {
    if (current) screen.draw(current());
  };
  return {
    say(line) {
      // A note has had its time once something is said.
      if (!current) screen.draw([]);
      screen.print(line);
    },
    note: (line) => screen.draw([line]),
    data: () => {},
    display(traffic) {
      let progress: ReleaseProgress | null = null;
      let evidence: LiveEvidence = {};
      const timer = setInterval(() => draw(), redrawMs);
      current = () => {
        if (!progress) return [];
        const counts = Object.entries(traffic()).map(([version, count]) => ({ version, ...count }));
        const options = { width: screen.width(), now: Date.now(), color, evidence };
        return renderRelease(progress, { ...options, traffic: { production: counts } });
      };
      return {
        show(_entry, next) {
          progress = next;
          draw();
        },
        evidence: (now) => {
          evidence = now;
        },
        broken: () => {},
        close() {
          clearInterval(timer);
          // What was drawn last becomes text that stays, and the next release starts below it.
          const lines = current?.() ?? [];
          current = null;
          screen.draw([]);
          for (const line of lines) screen.print(line);
          screen.print('');
        },
      };
    },
    close: () => screen.close(),
  };
}
