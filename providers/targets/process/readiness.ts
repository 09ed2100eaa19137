/** Whether a version answers as it should, and the end of its output when it does not. */

import { open } from 'node:fs/promises';
import { CrescendoError } from '../../../domain/errors.ts';
import { request } from '../../http.ts';
import type { VersionRecord } from './schema.ts';

export interface Look {
  ready: boolean;
  /** What was seen, e.g. `answers 503 at /health`. */
  detail: string;
}

export function endpointUrl(record: VersionRecord): string {
  return `http://127.0.0.1:${record.port}`;
}

/** One look, of a second at most. */
export async function lookAt(record: VersionRecord, signal: AbortSignal): Promise<Look> {
  const { path, status } = record.ready;
  try {
    const answer = await request(`${endpointUrl(record)}${path}`, { signal, timeoutMs: 1_000 });
    return { ready: answer.status === status, detail: `answers ${answer.status} at ${path}` };
  } catch (error) {
    if (!(error instanceof CrescendoError)) throw error;
    return { ready: false, detail: `does not answer at ${path} (${error.message})` };
  }
}

/** The last lines of a file, at most 20 and 8,000 bytes. */
export async function tailOf(path: string): Promise<string> {
  const file = await open(path).catch(() => null);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, 8_000);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-20).join('\n');
  } finally {
    await file.close();
  }
}
