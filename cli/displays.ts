/** Displays: how a watched release is shown: redrawn in place, a line per change, or as JSON. */

import type { ReleaseProgress } from '../domain/progress.ts';
import type { RecordedEntry } from './answers.ts';
import type { Call } from './call.ts';
import type { LiveEvidence } from './live-evidence.ts';
import { liveScreen, plainLine, renderRelease } from './render.ts';
import { paint, paletteOf } from './render/text.ts';

export interface Display {
  /** An event, and the state after it. */
  show(entry: RecordedEntry, progress: ReleaseProgress): void;
  /** What the metrics show now; absent where it is not shown. */
  evidence?: ((now: LiveEvidence) => void) | undefined;
  /** The connection broke, with the reason, or is back (null). */
  broken(reason: string | null): void;
  /** May be called twice. */
  close(): void;
}

export function displayFor(call: Call): Display {
  if (call.json) return jsonDisplay(call);
  return call.io.stdout.isTTY ? liveDisplay(call) : plainDisplay(call);
}

function jsonDisplay({ io, say }: Call): Display {
  return {
    show: (entry) => io.stdout.write(`${JSON.stringify(entry)}\n`),
    broken: (reason) => say(brokenSentence(reason)),
    close: () => {},
  };
}

function plainDisplay({ io, say }: Call): Display {
  return {
    show: ({ event }) => {
      const line = plainLine(event);
      if (line !== null) io.stdout.write(`${line}\n`);
    },
    broken: (reason) => say(brokenSentence(reason)),
    close: () => {},
  };
}

/** Time passes on the screen even when nothing happens. */
const tick = 1000;
/** A burst of events is one redraw. */
const calm = 50;

function liveDisplay({ io, color }: Call): Display {
  let progress: ReleaseProgress | null = null;
  let evidence: LiveEvidence = {};
  let trouble: string | null = null;
  let soon: NodeJS.Timeout | null = null;
  let closed = false;

  const draw = () => {
    soon = null;
    if (!progress) return;
    const width = screen.width();
    const lines = renderRelease(progress, { width, now: io.now(), color, evidence });
    const note = paint([['warn', brokenSentence(trouble)]], width, paletteOf(color));
    screen.draw(trouble === null ? lines : [...lines, '', note]);
  };
  const screen = liveScreen(io.stdout, draw);
  const timer = setInterval(draw, tick);
  const later = () => (soon ??= setTimeout(draw, calm));

  return {
    show(_entry, next) {
      progress = next;
      later();
    },
    evidence(now) {
      evidence = now;
      later();
    },
    broken(reason) {
      trouble = reason;
      later();
    },
    close() {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      if (soon) clearTimeout(soon);
      draw();
      screen.close();
    },
  };
}

function brokenSentence(reason: string | null): string {
  return reason === null
    ? 'connected again'
    : `connection lost (${reason}); trying again, the release goes on`;
}
