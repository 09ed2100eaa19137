/** The log of a supervised process: written by the process itself, kept from growing for ever. */

import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';

const checkEveryMs = 10_000;
const tailBytes = 8_000;

export interface LogFile {
  readonly path: string;
  /** For the `stdio` of a process: it goes on writing even while we are stopped. */
  readonly descriptor: number;
  /** The last lines that were written. */
  tail(lines: number): string;
  close(): void;
}

/**
 * Opens an empty log; the one of last time is kept as `<path>.1`. Past `maxBytes` what was written
 * moves to `<path>.1` too, so that both together take about twice that.
 */
export function openLogFile(path: string, maxBytes = 10_000_000): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) renameSync(path, `${path}.1`);
  const descriptor = openSync(path, 'a');
  const timer = setInterval(() => rotate(path, maxBytes), checkEveryMs).unref();
  return {
    path,
    descriptor,
    tail: (lines) => tailOf(path, lines),
    close() {
      clearInterval(timer);
      closeSync(descriptor);
    },
  };
}

/** Copies and empties: the writer has the file open for appending and cannot be told to reopen it. */
export function rotate(path: string, maxBytes: number): void {
  if (!existsSync(path) || statSync(path).size <= maxBytes) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
}

function tailOf(path: string, lines: number): string {
  if (!existsSync(path)) return '';
  const text = readFileSync(path).subarray(-tailBytes).toString('utf8');
  return text.trim().split('\n').slice(-lines).join('\n');
}
