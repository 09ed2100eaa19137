/** Shows that something happens while a tool is fetched. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const reportEveryMs = 1_000;
const lineEveryMs = 5_000;

/**
 * Reports every second how much has arrived in `directory` while `work` runs.
 * @param what for people, e.g. `fetching Envoy 1.40.0 with pip`
 */
export async function reportGrowth<T>(
  what: string,
  directory: string,
  onProgress: (sentence: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const started = Date.now();
  onProgress(what);
  const report = async () => {
    const megabytes = ((await sizeOf(directory)) / 1e6).toFixed(1);
    onProgress(`${what}: ${megabytes} MB, ${Math.round((Date.now() - started) / 1000)} s`);
  };
  const timer = setInterval(() => void report(), reportEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Bytes of all files below a directory; what vanishes meanwhile counts as nothing. */
export async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map((file) =>
      stat(join(file.parentPath, file.name)).then(
        (s) => s.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The part of a stream that progress is written to. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface ProgressLine {
  report(sentence: string): void;
  /** Leaves the stream at the start of a line. */
  done(): void;
}

/**
 * On a terminal one line that is redrawn; elsewhere a line for each new thing, and while only its
 * numbers change, one every five seconds.
 */
export function createProgressLine(stream: ProgressStream, now = Date.now): ProgressLine {
  let lastSubject = '';
  let lastTime = 0;
  let drawn = false;

  function redraw(sentence: string): void {
    stream.write(`\r\u001B[2K${sentence.slice(0, (stream.columns ?? 80) - 1)}`);
    drawn = true;
  }

  function append(sentence: string): void {
    const subject = sentence.replaceAll(/\d[\d.]*/g, '#').replace(/: # MB, # s$/, '');
    if (subject === lastSubject && now() - lastTime < lineEveryMs) return;
    lastSubject = subject;
    lastTime = now();
    stream.write(`${sentence}\n`);
  }

  return {
    report: (sentence) => (stream.isTTY ? redraw(sentence) : append(sentence)),
    done() {
      if (drawn) stream.write('\r\u001B[2K');
      drawn = false;
    },
  };
}
