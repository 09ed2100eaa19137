/** Fetches the Temporal CLI from Temporal's own download service, as the SDKs do. */

import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { reasonOf } from '../setup-error.ts';
import { run } from '../run.ts';
import type { Fetcher } from './tool.ts';

const service = 'https://temporal.download';
const infoTimeoutMs = 15_000;
const fetchTimeoutMs = 600_000;

const infoSchema = z.object({ archiveUrl: z.url(), fileToExtract: z.string().min(1) });

/**
 * The SDK can fetch this file too, but only by starting a server of its own in this process
 * and without saying how far it is.
 */
export function temporalArchiveFetcher(version: string, base = service): Fetcher {
  return {
    name: 'temporal.download',
    async fetch(directory, { signal }) {
      const info = await readInfo(`${base}/cli/v${version}?${platformQuery()}`, signal);
      const archive = join(directory, 'archive.tar.gz');
      const target = join(directory, 'unpacked');
      await mkdir(target);
      await download(info.archiveUrl, archive, signal);
      const options = { signal, timeoutMs: 60_000 };
      const result = await run('tar', ['-xzf', archive, '-C', target], options);
      if (result.code === 0) return join(target, info.fileToExtract);
      throw new Error(`tar could not unpack the archive: ${result.output.trim().slice(0, 200)}`);
    },
  };
}

function platformQuery(): string {
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const platform = process.platform === 'darwin' ? 'darwin' : 'linux';
  return new URLSearchParams({ arch, platform, format: 'tar.gz' }).toString();
}

async function readInfo(url: string, signal: AbortSignal | undefined) {
  const response = await get(url, signal, infoTimeoutMs);
  return infoSchema.parse(await response.json());
}

async function download(url: string, file: string, signal: AbortSignal | undefined) {
  const response = await get(url, signal, fetchTimeoutMs);
  if (!response.body) throw new Error(`${new URL(url).origin} sent an empty archive`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
}

async function get(url: string, signal: AbortSignal | undefined, timeoutMs: number) {
  const { origin } = new URL(url);
  const timeout = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, {
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  }).catch((error: Error) => {
    throw new Error(`${origin} does not answer: ${reasonOf(error.cause ?? error)}`, {
      cause: error,
    });
  });
  if (response.ok) return response;
  throw new Error(`${origin} answered ${response.status}`);
}
