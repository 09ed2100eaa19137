/** Artefacts of processes: a path, with its digest if one was named. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CrescendoError } from '../../../domain/errors.ts';

const digestMark = '@sha256:';

/** `./app.js@sha256:<hex>` without its digest: what `{{artifact}}` stands for. */
export function artifactPath(artifact: string): string {
  return artifact.split(digestMark)[0] ?? artifact;
}

/**
 * What looks like a path (`/…`, `./…`, `../…`) or has a digest must exist, seen from `cwd`; a
 * digest must be that of the file.
 * @throws CrescendoError artifact_missing | artifact_mismatch
 */
export async function checkArtifact(artifact: string, cwd: string): Promise<void> {
  const [path = '', digest] = artifact.split(digestMark);
  if (digest === undefined && !/^\.{0,2}\//.test(path)) return;
  const found = await stat(resolve(cwd, path)).catch(() => null);
  if (!found) throw new CrescendoError('artifact_missing', `there is no ${path}, seen from ${cwd}`);
  if (digest === undefined) return;
  if (!found.isFile()) {
    throw new CrescendoError('artifact_mismatch', `${path} is no file, so it has no digest`);
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(resolve(cwd, path)), hash);
  const actual = hash.digest('hex');
  if (actual === digest.toLowerCase()) return;
  const message = `${path} has the digest sha256:${actual}, not sha256:${digest}`;
  throw new CrescendoError('artifact_mismatch', message);
}
